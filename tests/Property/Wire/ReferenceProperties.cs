using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A4: the engine and the slow reference decoder agree on every input, valid or damaged.</summary>
public sealed class ReferenceProperties
{
    private const int MaxPayload = 4088;

    /// <summary>The same frames and the same rest, or both refuse at the same octet.</summary>
    [Fact]
    public void A4_Frames_are_what_the_reference_decoder_reads()
    {
        Distribution seen = new("accepted", "refused", "unfinished");
        Props.ForAll("A4.frames", Gens.From(draw => Damaged(draw, RefGens.Frames(draw))), bytes =>
        {
            RefParse expected = RefDecoder.Frames(bytes, MaxPayload);
            EngineFrames actual = EngineFrames.Read(bytes, MaxPayload);
            Assert.Equal(EngineFrames.Listing(expected), actual.Listing());
            Assert.Equal(expected.Consumed, actual.Consumed);
            Assert.Equal(expected.Error is null, actual.Error == default);
            Assert.True(actual.Error == default || actual.Error.Code == ReplyCode.FrameError);
            seen.Case();
            seen.Saw("accepted", expected.Error is null);
            seen.Saw("refused", expected.Error is not null);
            seen.Saw("unfinished", expected.Error is null && expected.Consumed < bytes.Length);
        }, Mutations.Shrink, cases: 2000);
        seen.Require("A4.frames", 5);
    }

    /// <summary>Method payloads.</summary>
    [Fact]
    public void A4_Methods_are_what_the_reference_decoder_reads() =>
        Agree(
            "A4.methods",
            draw => RefEncoder.Method(RefGens.Method(draw)),
            payload => RefListing.Method(RefDecoder.Method(payload)),
            payload => AmqpMethod.TryRead(payload, AmqpLimits.Default, out AmqpMethod? read, out WireError error)
                ? (RefListing.Method(EngineTree.Of(read)), error)
                : (null, error));

    /// <summary>Content headers.</summary>
    [Fact]
    public void A4_Headers_are_what_the_reference_decoder_reads() =>
        Agree(
            "A4.headers",
            draw => RefEncoder.Header(RefGens.Header(draw)),
            payload => RefListing.Header(RefDecoder.Header(payload)),
            Header);

    /// <summary>Field tables.</summary>
    [Fact]
    public void A4_Tables_are_what_the_reference_decoder_reads() =>
        Agree(
            "A4.tables",
            draw => RefEncoder.Table(RefGens.Table(draw)),
            body => RefListing.Table(RefDecoder.Table(body)),
            body => FieldTable.TryRead(body, AmqpLimits.Default, out FieldTable? read, out WireError error)
                ? (RefListing.Table(EngineTree.Of(read)), error)
                : (null, error));

    /// <summary>What the engine encodes, the reference decoder reads as the same method.</summary>
    [Fact]
    public void A4_Methods_that_the_engine_writes_are_read_by_the_reference_decoder() =>
        Props.ForAll("A4.written", MethodGens.Any, method => Assert.Equal(
            RefListing.Method(EngineTree.Of(method)),
            RefListing.Method(RefDecoder.Method(EngineTree.Encode(method)))), MethodGens.Shrink, cases: 2000);

    /// <summary>The views that allocate nothing accept what the records accept, and say the same.</summary>
    [Fact]
    public void A4_Views_read_what_the_reference_decoder_reads()
    {
        string[] names =
        [
            "basic.publish", "basic.deliver", "basic.return", "basic.get-ok", "basic.ack", "basic.nack", "basic.reject",
        ];
        foreach (string name in names)
        {
            Agree(
                $"A4.view.{name}",
                draw => RefEncoder.Method(RefGens.Method(draw, RefSpec.Named(name))),
                payload => RefDecoder.Method(payload) is var m && m.Spec.Name == name
                    ? RefListing.Method(m)
                    : throw new RefException($"it is {m.Spec.Name}"),
                payload => (Views.List(name, payload, out string? text, out WireError error) ? text : null, error));
        }
    }

    /// <summary>The engine's table of methods is the specification's: the same ids and names.</summary>
    [Fact]
    public void A4_Every_method_of_the_specification_is_known_and_no_other()
    {
        var known = MethodGens.Types.Select(t => ((AmqpMethod)Activator.CreateInstance(t)!).Id.Name());
        Assert.Equal(
            RefSpec.Methods.Select(m => m.Name).Order(StringComparer.Ordinal),
            known.Order(StringComparer.Ordinal));
        foreach (RefMethodSpec spec in RefSpec.Methods)
        {
            var id = (MethodId)(((uint)spec.ClassId << 16) | (uint)spec.MethodId);
            Assert.Equal(spec.Name, id.Name());
        }

        for (uint classId = 0; classId < 120; classId++)
        {
            for (uint method = 0; method < 300; method++)
            {
                bool expected = RefSpec.Find((int)classId, (int)method) is not null;
                Assert.Equal(expected, MethodIdExtensions.IsKnown((classId << 16) | method));
            }
        }
    }

    private static (string? Text, WireError Error) Header(byte[] payload)
    {
        if (!ContentHeader.TryRead(payload, out ushort classId, out ulong size, out var flags, out WireError error))
        {
            return (null, error);
        }

        if (classId != 60)
        {
            return (null, new WireError(ReplyCode.SyntaxError, "the owner of the header refuses other classes"));
        }

        return BasicProperties.TryRead(flags, AmqpLimits.Default, out BasicProperties? read, out error)
            ? (RefListing.Header(new RefHeader(classId, size, EngineTree.Of(read))), error)
            : (null, error);
    }

    private static void Agree(
        string id,
        Func<Draw, byte[]> valid,
        Func<byte[], string> reference,
        Func<byte[], (string? Text, WireError Error)> engine)
    {
        Distribution seen = new("accepted", "refused");
        Props.ForAll(id, Gens.From(draw => Damaged(draw, valid(draw))), bytes =>
        {
            string? expected = null;
            try
            {
                expected = reference(bytes);
            }
            catch (RefException)
            {
                // refused
            }

            (string? actual, WireError error) = engine(bytes);
            Assert.Equal(expected, actual);
            Assert.Equal(actual is null, error != default);
            Assert.Contains(error.Code, new ReplyCode[] { 0, ReplyCode.SyntaxError, ReplyCode.CommandInvalid });
            seen.Case();
            seen.Saw("accepted", expected is not null);
            seen.Saw("refused", expected is null);
        }, Mutations.Shrink, cases: 2000);
        seen.Require(id, 10);
    }

    private static byte[] Damaged(Draw draw, byte[] bytes) => draw.OneIn(3) ? bytes : Mutations.Mutate(draw, bytes);
}
