using Amqp.Engine.Base;
using Amqp.Property.Generators;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Time;
using Xunit;

namespace Amqp.Property.World;

/// <summary>Random numbers by key: leaving something out leaves the rest as it was.</summary>
public class RandomStreamProperties
{
    [Fact]
    public void W11_A_stream_follows_from_its_key_and_not_from_what_others_drew() => Props.ForAll(
        "W11",
        Gens.From(draw => (Seed: draw.Bits(), Key: draw.Text(20), Other: draw.Text(20), Count: draw.Length(50))),
        c =>
        {
            var streams = new RandomStreams(c.Seed);
            ulong alone = First(streams, c.Key);
            Prng other = streams.For(c.Other);
            for (int i = 0; i < c.Count; i++)
            {
                other.NextUInt64();
            }

            Assert.Equal(alone, First(streams, c.Key));
            Assert.Equal(c.Key == c.Other, alone == First(streams, c.Other));
            Assert.NotEqual(alone, First(new RandomStreams(c.Seed + 1), c.Key));
        });

    [Fact]
    public void W11_More_steps_leave_faults_and_conditions_as_they_were() => Props.ForAll(
        "W11.faults",
        Gens.From(draw => draw.Bits()),
        seed =>
        {
            GeneratorOptions few = GeneratorOptions.Sweep with { MaxSteps = 5 };
            Scenario five = ScenarioGenerator.Generate(seed, few);
            Scenario ten = ScenarioGenerator.Generate(seed, few with { MaxSteps = 10 });
            Assert.Equal(five.Faults.AsEnumerable(), ten.Faults);
            Assert.Equal(five.Options, ten.Options);
        });

    private static ulong First(RandomStreams streams, string key)
    {
        Prng stream = streams.For(key);
        return stream.NextUInt64();
    }
}
