using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>The client of a recording: what it asked for, as commands to an engine.</summary>
internal sealed class RecordedClient
{
    private const int ProtocolHeaderLength = 8;

    private readonly List<byte> _pending = [];
    private readonly Dictionary<ushort, (AmqpMethod Method, BasicProperties? Properties, ulong Left, List<byte> Body)>
        _contents = [];

    private bool _isStarted;

    public RecordedClient(SessionRecording recording)
    {
        var first = new RecordedClient();
        var methods = first.Next(recording.Bytes(LinkDirection.ToBroker)).Select(static each => each.Method).ToList();
        ConnectionTuneOk? tuned = methods.OfType<ConnectionTuneOk>().FirstOrDefault();
        ConnectionOpen? open = methods.OfType<ConnectionOpen>().FirstOrDefault();
        if (tuned is null || open is null)
        {
            throw new FormatException("the recording has no session of AMQP 0-9-1: connection.open never comes");
        }

        // The same limits as then, or frames would be cut elsewhere; the password is not known and not checked.
        Options = new SessionOptions
        {
            VirtualHost = open.VirtualHost,
            ChannelMax = tuned.ChannelMax,
            FrameMax = tuned.FrameMax,
            Heartbeat = TimeSpan.FromSeconds(tuned.Heartbeat),
        };
    }

    private RecordedClient() => Options = new SessionOptions();

    public SessionOptions Options { get; }

    /// <summary>The methods, with their contents, that these further bytes make whole.</summary>
    public IEnumerable<(ushort Channel, AmqpMethod Method, BasicProperties? Properties, byte[] Body)> Next(
        ReadOnlyMemory<byte> bytes)
    {
        _pending.AddRange(bytes.Span);
        if (!_isStarted && _pending.Count >= ProtocolHeaderLength)
        {
            _isStarted = true;
            _pending.RemoveRange(0, ProtocolHeaderLength);
        }

        while (_isStarted && TryTake(out ushort channel, out FrameType type, out byte[] payload))
        {
            if (Add(channel, type, payload) is { } whole)
            {
                yield return whole;
            }
        }
    }

    /// <summary>Tells an engine to do what the client did.</summary>
    public CommandResult Give(
        AmqpSession session,
        ushort channel,
        AmqpMethod method,
        BasicProperties? properties,
        byte[] body,
        MonoTime now,
        out RequestId id)
    {
        id = default;
        switch (method)
        {
            case ConnectionUpdateSecret:
                return session.Call(0, method, out id);
            case ConnectionClose close:
                return session.Close((ReplyCode)close.ReplyCode, close.ReplyText, now);
            case ChannelOpen:
                return session.OpenChannel(out _, out id);
            case ChannelClose close:
                return session.CloseChannel(channel, (ReplyCode)close.ReplyCode, close.ReplyText, out id);
            case BasicPublish publish:
                return session.Publish(
                    channel,
                    publish.Exchange,
                    publish.RoutingKey,
                    publish.Mandatory,
                    properties ?? BasicProperties.Empty,
                    body,
                    out _);
            case BasicAck ack:
                return session.Ack(channel, ack.DeliveryTag, ack.Multiple);
            case BasicNack nack:
                return session.Nack(channel, nack.DeliveryTag, nack.Multiple, nack.Requeue);
            case BasicReject reject:
                return session.Reject(channel, reject.DeliveryTag, reject.Requeue);
            default:
                // The handshake and the answers to the broker the engine gives by itself.
                return channel == 0 || !MethodIdExtensions.IsSynchronous(method.Id)
                    ? CommandResult.InvalidArgument
                    : method.HasNoWait ? session.Send(channel, method) : session.Call(channel, method, out id);
        }
    }

    private bool TryTake(out ushort channel, out FrameType type, out byte[] payload)
    {
        byte[] bytes = [.. _pending];
        var reader = new FrameReader(new ReadOnlySequence<byte>(bytes), int.MaxValue - ProtocolHeaderLength);
        if (reader.TryRead(out Frame frame) != FrameReadStatus.Complete)
        {
            (channel, type, payload) = (0, default, []);
            return false;
        }

        (channel, type, payload) = (frame.Channel, frame.Type, frame.Payload.ToArray());
        _pending.RemoveRange(0, ProtocolHeaderLength + frame.Length);
        return true;
    }

    private (ushort Channel, AmqpMethod Method, BasicProperties? Properties, byte[] Body)? Add(
        ushort channel, FrameType type, byte[] payload)
    {
        switch (type)
        {
            case FrameType.Method when AmqpMethod.TryRead(payload, AmqpLimits.Default, out AmqpMethod? method, out _):
                if (method is not BasicPublish)
                {
                    return (channel, method, null, []);
                }

                _contents[channel] = (method, null, 0, []);
                return null;
            case FrameType.Header when _contents.TryGetValue(channel, out var content)
                && ContentHeader.TryRead(payload, out _, out ulong size, out ReadOnlySpan<byte> raw, out _)
                && BasicProperties.TryRead(raw, AmqpLimits.Default, out BasicProperties? properties, out _):
                _contents[channel] = (content.Method, properties, size, content.Body);
                return Finish(channel);
            case FrameType.Body when _contents.TryGetValue(channel, out var content):
                content.Body.AddRange(payload);
                return Finish(channel);
            default:
                return null;
        }
    }

    private (ushort Channel, AmqpMethod Method, BasicProperties? Properties, byte[] Body)? Finish(ushort channel)
    {
        var (method, properties, size, body) = _contents[channel];
        if (properties is null || (ulong)body.Count < size)
        {
            return null;
        }

        _contents.Remove(channel);
        return (channel, method, properties, [.. body]);
    }
}
