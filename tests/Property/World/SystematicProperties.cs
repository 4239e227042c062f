using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Sweeps;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>H4 and H5 for the client that the worlds have: not some places and pairs, but every one there is.</summary>
public class SystematicProperties
{
    [Fact]
    public void W7_A_cut_at_every_byte_in_every_way_is_got_over()
    {
        Outcome whole = SimWorld.Run(SystematicSweep.Session);
        Assert.True(whole.IsGood, whole.ToString());

        SweepResult result = SystematicSweep.CutEverywhere(SystematicSweep.Session, workers: 2);

        AssertGood(result);
        Assert.Equal((whole.BytesToBroker + whole.BytesToClient + 2) * 4, result.Worlds);
        Assert.Equal(0, result.NotReached);
        Assert.InRange(result.Worlds, 10_000, 30_000);
    }

    [Fact]
    public void W7_Every_pair_of_faults_is_got_over()
    {
        Outcome whole = SimWorld.Run(SystematicSweep.ShortSession);
        Assert.True(whole.IsGood, whole.ToString());

        SweepResult result = SystematicSweep.Pairs(
            SystematicSweep.ShortSession, SystematicSweep.Catalogue, workers: 2);

        AssertGood(result);
        Assert.Equal(
            (long)SystematicSweep.Catalogue.Length * SystematicSweep.Catalogue.Length * 14, result.Worlds);
    }

    [Fact]
    public void W7_A_sweep_tells_the_same_with_one_worker_and_with_several()
    {
        var options = new SweepOptions { Worlds = 1000, Seed = 77 };
        SweepResult one = WorldSweep.Run(options);
        SweepResult three = WorldSweep.Run(options with { Workers = 3 });

        Assert.Equal(one.Hash, three.Hash);
        Assert.Equal((one.Worlds, one.Failed, one.Virtual), (three.Worlds, three.Failed, three.Virtual));
        Assert.Equal((one.Happenings, one.Marks), (three.Happenings, three.Marks));
    }

    [Fact]
    public void W7_The_parts_of_a_sweep_add_up_to_the_whole()
    {
        var options = new SweepOptions { Worlds = 700, Seed = 78 };
        SweepResult whole = WorldSweep.Run(options);
        SweepResult parts = WorldSweep.Run(options with { Worlds = 300 })
            .Plus(WorldSweep.Run(options with { First = 300, Worlds = 400 }));

        Assert.Equal(whole.Hash, parts.Hash);
        Assert.Equal((whole.Worlds, whole.Virtual, whole.Marks), (parts.Worlds, parts.Virtual, parts.Marks));
    }

    [Fact]
    public void W7_A_world_that_fails_is_told_with_its_scenario()
    {
        // Without patience a world whose confirms stop for good is called stuck.
        Scenario stuck = ScenarioKit.Publishing(1) with
        {
            Options = new WorldOptions { MaxHappenings = 20, Reconnect = ReconnectOptions.Default },
            Faults = [new PlannedFault(TimeSpan.Zero, new StopConfirms())],
        };
        SweepResult result = WorldSweep.Run(100, index => index == 70 ? stuck : ScenarioKit.Publishing(1), 2);

        SweepFailure failure = Assert.Single(result.Failures);
        Assert.Equal((70, "L", stuck), (failure.Index, failure.Label, failure.Scenario));
        Assert.Equal(1, result.Failed);
    }

    private static void AssertGood(SweepResult result)
    {
        foreach (SweepFailure failure in result.Failures)
        {
            (Scenario smallest, _) = ScenarioShrinker.Shrink(failure.Scenario);
            Assert.Fail($"{failure.Text}\n{smallest.ToCSharp()}\n{SimWorld.Run(smallest)}");
        }

        Assert.Equal(0, result.Failed);
    }
}
