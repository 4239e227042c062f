using System.Buffers;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Faults;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Places of the protocol: written in words, and found in a stream however it is cut.</summary>
public class PlaceTests
{
    public static TheoryData<string, PlacePart, MethodId, int> Sentences => new()
    {
        { "in the body of the third basic.publish", PlacePart.Body, MethodId.BasicPublish, 3 },
        { "in the header of the 12th basic.deliver", PlacePart.Header, MethodId.BasicDeliver, 12 },
        { "before the first connection.tune", PlacePart.Before, MethodId.ConnectionTune, 1 },
        { "after queue.declare-ok", PlacePart.After, MethodId.QueueDeclareOk, 1 },
        { "IN the 2nd Channel.Open", PlacePart.Method, MethodId.ChannelOpen, 2 },
        { "in the middle of the body of basic.return", PlacePart.Body, MethodId.BasicReturn, 1 },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_sentence_names_a_place(string sentence, PlacePart part, MethodId method, int occurrence) =>
        Assert.Equal(new ProtocolPlace(method, occurrence, part), ProtocolPlace.Parse(sentence));

    [Theory]
    [InlineData("somewhere")]
    [InlineData("in the body of the third basic.nothing")]
    [InlineData("in the body of the first queue.declare")]
    [InlineData("before the zeroth basic.publish")]
    [InlineData("")]
    public void Other_words_are_refused_with_a_reason(string sentence) =>
        Assert.NotEmpty(Assert.Throws<FormatException>(() => ProtocolPlace.Parse(sentence)).Message);

    [Property(MaxTest = 300)]
    public void What_a_place_says_of_itself_is_read_as_the_same_place(PositiveInt which, PositiveInt nth, bool broker)
    {
        var methods = Enum.GetValues<MethodId>();
        var method = methods[which.Get % methods.Length];
        foreach (var part in Enum.GetValues<PlacePart>())
        {
            if (method.HasContent() || part is not (PlacePart.Header or PlacePart.Body))
            {
                var place = new ProtocolPlace(method, nth.Get, part) { IsFromBroker = broker };
                var read = ProtocolPlace.Parse(place.ToString());
                Assert.Equal(place.ToString(), read.ToString());
                Assert.Equal(place.Direction, read.Direction);
            }
        }
    }

    [Fact]
    public void Each_part_lies_where_it_says()
    {
        var (stream, second) = TwoPublishes();
        Assert.Equal(second.Method, Offset(stream, PlacePart.Before));
        Assert.InRange(Offset(stream, PlacePart.Method), second.Method + 1, second.Header - 1);
        Assert.InRange(Offset(stream, PlacePart.Header), second.Header + 1, second.Body - 1);
        Assert.InRange(Offset(stream, PlacePart.Body), second.Body + 8, second.SecondBody - 1);
        Assert.Equal(second.End, Offset(stream, PlacePart.After));
    }

    [Property(MaxTest = 200)]
    public void A_place_is_found_at_the_same_offset_however_the_stream_is_cut(PositiveInt piece, PlacePart part)
    {
        var (stream, _) = TwoPublishes();
        Assert.Equal(Offset(stream, part), Offset(stream, part, (piece.Get % 40) + 1));
    }

    [Property(MaxTest = 200)]
    public void A_watch_lets_exactly_the_bytes_in_front_of_its_cut_pass(PositiveInt piece, PlacePart part)
    {
        var (stream, _) = TwoPublishes();
        var borders = Borders(stream);
        var watch = new CutWatch();
        watch.Add(new CutAtPlace(new ProtocolPlace(MethodId.BasicPublish, 2, part), CutKind.Fin));
        long passed = 0;
        Cut? cut = null;
        for (var given = 0; cut is null; given = Math.Min(stream.Length, given + (piece.Get % 40) + 1))
        {
            // Whole frames are taken; what has not passed comes again in front.
            var pending = new ReadOnlySequence<byte>(stream, (int)passed, given - (int)passed);
            var room = watch.Admit(pending, out cut);
            var taken = cut is null ? borders.Last(border => border <= passed + room) - passed : room;
            watch.Pass(taken);
            passed += taken;
        }

        Assert.Equal(Offset(stream, part), passed);
        Assert.True(watch.IsEmpty);
    }

    [Property(MaxTest = 200)]
    public void A_watch_for_a_byte_counts_from_where_it_was_set(NonNegativeInt before, NonNegativeInt offset)
    {
        var stream = new byte[400];
        var watch = new CutWatch();
        watch.Pass(watch.Admit(new ReadOnlySequence<byte>(stream, 0, before.Get % 100), out _));
        watch.Add(new CutAtByte(LinkDirection.ToBroker, offset.Get % 300, CutKind.Reset));
        Assert.Equal(offset.Get % 300, watch.Admit(new ReadOnlySequence<byte>(stream), out var cut));
        Assert.NotNull(cut);
    }

    /// <summary>Where frames begin and end, and the end of the protocol header.</summary>
    private static List<int> Borders(byte[] stream)
    {
        List<int> borders = [0, 8];
        while (borders[^1] < stream.Length)
        {
            var size = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(borders[^1] + 3));
            borders.Add(borders[^1] + size + 8);
        }

        return borders;
    }

    private static long Offset(byte[] stream, PlacePart part, int piece = int.MaxValue)
    {
        var scanner = new PlaceScanner();
        var found = new List<(long Offset, CutAtPlace Cut)>();
        scanner.Add(new CutAtPlace(new ProtocolPlace(MethodId.BasicPublish, 2, part), CutKind.Fin));
        for (var at = 0; at < stream.Length; at += Math.Min(piece, stream.Length - at))
        {
            scanner.Scan(stream.AsSpan(at, Math.Min(piece, stream.Length - at)), found);
        }

        Assert.Equal(stream.Length, scanner.Offset);
        Assert.True(scanner.IsEmpty);
        return Assert.Single(found).Offset;
    }

    /// <summary>The beginning of a handshake, two publishes, and where the frames of the second one are.</summary>
    private static (byte[] Stream, (int Method, int Header, int Body, int SecondBody, int End) Second) TwoPublishes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(FrameWriter.ProtocolHeader);
        FrameWriter.WriteMethod(bytes, 0, new ConnectionTuneOk { ChannelMax = 10, FrameMax = 4096 });
        bytes.Write(BrokerPeer.PublishBytes(1, "", "k", "first"));
        FrameWriter.WriteHeartbeat(bytes);
        var method = bytes.WrittenCount;
        FrameWriter.WriteMethod(bytes, 2, new BasicPublish { RoutingKey = "k" });
        var header = bytes.WrittenCount;
        FrameWriter.WriteHeader(bytes, 2, BasicProperties.Empty, 5000);
        var body = bytes.WrittenCount;
        FrameWriter.WriteBody(bytes, 2, new byte[5000], 4096);
        var end = bytes.WrittenCount;
        FrameWriter.WriteMethod(bytes, 1, new ChannelClose());
        return (bytes.WrittenSpan.ToArray(), (method, header, body, body + 4096, end));
    }
}
