using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A1 for the frame reader: where the bytes are cut changes nothing.</summary>
public sealed class FragmentationProperties
{
    private const int MaxPayload = 4088;

    /// <summary>Valid and damaged bytes, in any segments of one call.</summary>
    [Fact]
    public void A1_Segments_of_the_input_do_not_change_the_frames()
    {
        Distribution seen = new("more than one frame", "an error", "a rest", "an empty piece");
        Props.ForAll("A1.segments", Gens.From(Case), c =>
        {
            EngineFrames whole = EngineFrames.Read(c.Bytes, MaxPayload);
            EngineFrames cut = EngineFrames.Read(c.Bytes, MaxPayload, c.Cuts);
            Same(whole, cut);
            seen.Case();
            seen.Saw("more than one frame", whole.Frames.Count > 1);
            seen.Saw("an error", whole.Error != default);
            seen.Saw("a rest", whole.Error == default && whole.Consumed < c.Bytes.Length);
            seen.Saw("an empty piece", c.Cuts.Distinct().Count() < c.Cuts.Length);
        });
        seen.Require("A1.segments", 5);
    }

    /// <summary>Valid and damaged bytes, in any number of calls with what was not consumed given again.</summary>
    [Fact]
    public void A1_Splits_over_calls_do_not_change_the_frames() =>
        Props.ForAll("A1.calls", Gens.From(Case), c =>
        {
            EngineFrames whole = EngineFrames.Read(c.Bytes, MaxPayload);
            EngineFrames cut = EngineFrames.ReadInCalls(
                c.Bytes, MaxPayload, c.Cuts, length => [.. c.Segments.Where(s => s <= length)]);
            Same(whole, cut);
        });

    private static (byte[] Bytes, int[] Cuts, int[] Segments) Case(Draw draw)
    {
        byte[] bytes = RefGens.Frames(draw);
        bytes = draw.OneIn(2) ? bytes : Mutations.Mutate(draw, bytes);
        return (bytes, Layouts.Cuts(draw, bytes.Length), Layouts.Cuts(draw, bytes.Length));
    }

    private static void Same(EngineFrames whole, EngineFrames cut)
    {
        Assert.Equal(whole.Listing(), cut.Listing());
        Assert.Equal(whole.Consumed, cut.Consumed);
        Assert.Equal(whole.Error, cut.Error);
    }
}
