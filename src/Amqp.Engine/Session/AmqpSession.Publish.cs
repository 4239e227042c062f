using System.Buffers;
using System.Text;
using Amqp.Engine.Commands;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// basic.publish (AMQP 0-9-1 section 1.8.3.7). A message is appended whole:
//
//   method frame | header frame | body frame ... body frame
//
// A small message is written into one span; a large body is split into frames of at most frame-max bytes.
public sealed partial class AmqpSession
{
    private const int SmallMessage = 16 * 1024;

    /// <summary>Publishes a message whose body lies in one piece. The body is copied; its memory is the caller's again
    /// when this returns.</summary>
    /// <param name="channel">An open channel.</param>
    /// <param name="exchange">The exchange, at most 255 bytes; empty for the default exchange.</param>
    /// <param name="routingKey">The routing key, at most 255 bytes.</param>
    /// <param name="mandatory">Whether the broker must return the message when it routes to no queue.</param>
    /// <param name="properties">The message's properties.</param>
    /// <param name="body">The body, up to <see cref="Base.AmqpLimits.MaxBodySize"/> bytes.</param>
    /// <param name="sequenceNumber">The publish's number in confirm mode, from 1; 0 otherwise.</param>
    /// <returns>Whether the message was appended.</returns>
    /// <exception cref="ArgumentException">A property's short string is longer than 255 bytes.</exception>
    public CommandResult Publish(
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        BasicProperties properties,
        ReadOnlySpan<byte> body,
        out ulong sequenceNumber)
    {
        CommandResult result = Begin(channel, exchange, routingKey, properties, body.Length, out PublishSizes sizes);
        if (result != CommandResult.Ok)
        {
            sequenceNumber = 0;
            return result;
        }

        int total = sizes.Head + (body.IsEmpty ? 0 : body.Length + FrameWriter.Overhead);
        if (total <= SmallMessage && body.Length <= _maxPayload)
        {
            Span<byte> span = _output.GetSpan(total);
            var writer = new WireWriter(span);
            WriteHead(ref writer, channel, exchange, routingKey, mandatory, properties, in sizes);
            if (!body.IsEmpty)
            {
                WriteFrameStart(ref writer, FrameType.Body, channel, body.Length);
                writer.WriteBytes(body);
                writer.WriteOctet(FrameWriter.FrameEnd);
            }

            _output.Advance(writer.Written);
        }
        else
        {
            WriteHead(channel, exchange, routingKey, mandatory, properties, in sizes);
            FrameWriter.WriteBody(_output, channel, body, _maxPayload + FrameWriter.Overhead);
        }

        _wroteSinceTick = true;
        sequenceNumber = Track(
            channel,
            exchange,
            routingKey,
            mandatory,
            properties,
            body.Length,
            mandatory ? BodyHash.Add(0, body) : 0);
        return CommandResult.Ok;
    }

    /// <summary>Publishes a message whose body may lie in several pieces.</summary>
    /// <inheritdoc cref="Publish(ushort, string, string, bool, BasicProperties, ReadOnlySpan{byte}, out ulong)"/>
    public CommandResult Publish(
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        BasicProperties properties,
        in ReadOnlySequence<byte> body,
        out ulong sequenceNumber)
    {
        if (body.IsSingleSegment)
        {
            return Publish(channel, exchange, routingKey, mandatory, properties, body.FirstSpan, out sequenceNumber);
        }

        CommandResult result = Begin(channel, exchange, routingKey, properties, body.Length, out PublishSizes sizes);
        if (result != CommandResult.Ok)
        {
            sequenceNumber = 0;
            return result;
        }

        WriteHead(channel, exchange, routingKey, mandatory, properties, in sizes);
        FrameWriter.WriteBody(_output, channel, in body, _maxPayload + FrameWriter.Overhead);
        _wroteSinceTick = true;
        sequenceNumber = Track(
            channel,
            exchange,
            routingKey,
            mandatory,
            properties,
            body.Length,
            mandatory ? BodyHash.Add(0, in body) : 0);
        return CommandResult.Ok;
    }

    /// <summary>Says what publishing would say, and appends nothing.</summary>
    /// <param name="channel">An open channel.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="properties">The message's properties.</param>
    /// <param name="bodySize">The body's length in bytes.</param>
    /// <returns>Whether the message could be appended now.</returns>
    /// <exception cref="ArgumentException">A property's short string is longer than 255 bytes.</exception>
    public CommandResult CheckPublish(
        ushort channel, string exchange, string routingKey, BasicProperties properties, long bodySize) =>
        Begin(channel, exchange, routingKey, properties, bodySize, out _);

    /// <summary>Whether the channel's window has room for another publish. Always true without confirms. The window
    /// reaches from the oldest unsettled publish to the newest, so one late confirm can fill it.</summary>
    /// <param name="channel">An open channel's number.</param>
    public bool HasPublishWindow(ushort channel) =>
        FindOpen(channel, out ChannelModel model) != CommandResult.Ok
        || model.Confirms is not { } confirms
        || confirms.Window < _options.Limits.MaxUnsettledPublishes;

    /// <summary>Lists the publishes of a channel in confirm mode that await their settlement.</summary>
    /// <param name="channel">A channel's number. Any other, and one without confirms, has none.</param>
    /// <returns>Their sequence numbers, lowest first.</returns>
    public IReadOnlyList<ulong> ListUnsettledPublishes(ushort channel)
    {
        var numbers = new List<ulong>();
        Find(channel)?.Confirms?.CopyOutstanding(numbers);
        return numbers;
    }

    // Checks everything before a byte is written, so that a refused publish leaves no trace.
    private CommandResult Begin(
        ushort channel,
        string exchange,
        string routingKey,
        BasicProperties properties,
        long bodySize,
        out PublishSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(routingKey);
        ArgumentNullException.ThrowIfNull(properties);
        sizes = default;
        if (FindOpen(channel, out ChannelModel model) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        int exchangeBytes = Encoding.UTF8.GetByteCount(exchange);
        int routingKeyBytes = Encoding.UTF8.GetByteCount(routingKey);
        if (exchangeBytes > byte.MaxValue || routingKeyBytes > byte.MaxValue)
        {
            return CommandResult.InvalidArgument;
        }

        if (bodySize > _options.Limits.MaxBodySize)
        {
            return CommandResult.BodyTooLarge;
        }

        if (model.Confirms is { } confirms && confirms.Window >= _options.Limits.MaxUnsettledPublishes)
        {
            return CommandResult.TooManyUnsettled;
        }

        sizes = new PublishSizes(
            HotMethods.PublishLength(exchangeBytes, routingKeyBytes),
            ContentHeader.Length(properties),
            (ulong)bodySize);
        return sizes.Method > _maxPayload || sizes.Header > _maxPayload
            ? CommandResult.HeaderTooLarge
            : CommandResult.Ok;
    }

    private void WriteHead(
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        BasicProperties properties,
        in PublishSizes sizes)
    {
        Span<byte> span = _output.GetSpan(sizes.Head);
        var writer = new WireWriter(span);
        WriteHead(ref writer, channel, exchange, routingKey, mandatory, properties, in sizes);
        _output.Advance(writer.Written);
    }

    private static void WriteHead(
        ref WireWriter writer,
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        BasicProperties properties,
        in PublishSizes sizes)
    {
        WriteFrameStart(ref writer, FrameType.Method, channel, sizes.Method);
        HotMethods.WritePublish(ref writer, exchange, routingKey, mandatory, immediate: false);
        writer.WriteOctet(FrameWriter.FrameEnd);
        WriteFrameStart(ref writer, FrameType.Header, channel, sizes.Header);
        ContentHeader.Write(ref writer, properties, sizes.Body);
        writer.WriteOctet(FrameWriter.FrameEnd);
    }

    private static void WriteFrameStart(ref WireWriter writer, FrameType type, ushort channel, int length)
    {
        writer.WriteOctet((byte)type);
        writer.WriteShort(channel);
        writer.WriteLong((uint)length);
    }

    private ulong Track(
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        BasicProperties properties,
        long bodySize,
        uint bodyHash)
    {
        ChannelModel model = _channels[channel]!;
        if (model.Confirms is not { } confirms)
        {
            return 0;
        }

        ulong sequence = confirms.Add();
        if (mandatory)
        {
            model.Mandatory ??= new MandatoryLedger();
            model.Mandatory.Add(sequence, exchange, routingKey, properties, (ulong)bodySize, bodyHash);
        }

        return sequence;
    }

    // Payload lengths of the method and header frames, and the body's length.
    private readonly record struct PublishSizes(int Method, int Header, ulong Body)
    {
        public int Head => Method + Header + (2 * FrameWriter.Overhead);
    }
}
