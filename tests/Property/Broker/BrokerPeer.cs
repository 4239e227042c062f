using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;

namespace Amqp.Property.Broker;

/// <summary>A client that only writes and reads frames: what the broker answers is seen as it is on the wire.</summary>
internal sealed class BrokerPeer
{
    private readonly BrokerCore _core;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<string> _events = [];
    private int _read;

    public BrokerPeer(BrokerCore core, MonoTime now)
    {
        _core = core;
        Connection = core.Accept(_output, now);
    }

    public BrokerConnection Connection { get; }

    public BrokerCore Core => _core;

    /// <summary>The last method that <see cref="Take"/> came by.</summary>
    public AmqpMethod? LastMethod { get; private set; }

    /// <summary>The properties of the last content that <see cref="Take"/> came by.</summary>
    public BasicProperties LastProperties { get; private set; } = BasicProperties.Empty;

    /// <summary>Every byte the broker sent.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>A peer that is through the handshake and has channel 1.</summary>
    public static BrokerPeer Open(BrokerCore core, ushort heartbeat = 0, uint frameMax = 4096)
    {
        var peer = new BrokerPeer(core, MonoTime.Zero);
        peer.SendRaw(FrameWriter.ProtocolHeader.ToArray());
        peer.Send(0, StartOk("guest"), new ConnectionTuneOk
        {
            ChannelMax = 2047,
            FrameMax = frameMax,
            Heartbeat = heartbeat,
        });
        peer.Send(0, new ConnectionOpen { VirtualHost = "/" });
        peer.Send(1, new ChannelOpen());
        peer.Take();
        return peer;
    }

    public static ConnectionStartOk StartOk(string password) => new()
    {
        Mechanism = "PLAIN",
        Response = $"\0guest\0{password}",
        Locale = "en_US",
        ClientProperties = FieldTable.Create(
            ("capabilities", FieldTable.Create(
                ("authentication_failure_close", true),
                ("connection.blocked", true),
                ("consumer_cancel_notify", true)))),
    };

    public void Send(ushort channel, params AmqpMethod[] methods)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var method in methods)
        {
            FrameWriter.WriteMethod(bytes, channel, method);
        }

        SendRaw(bytes.WrittenSpan.ToArray());
    }

    public void Publish(ushort channel, string exchange, string key, string body, bool mandatory = false) =>
        SendRaw(PublishBytes(channel, exchange, key, body, mandatory));

    public void Publish(ushort channel, string exchange, string key, string body, BasicProperties properties) =>
        SendRaw(PublishBytes(channel, exchange, key, body, mandatory: false, properties));

    public static byte[] PublishBytes(
        ushort channel,
        string exchange,
        string key,
        string body,
        bool mandatory = false,
        BasicProperties? properties = null)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var octets = System.Text.Encoding.UTF8.GetBytes(body);
        FrameWriter.WriteMethod(bytes, channel, new BasicPublish
        {
            Exchange = exchange,
            RoutingKey = key,
            Mandatory = mandatory,
        });
        FrameWriter.WriteHeader(bytes, channel, properties ?? BasicProperties.Empty, (ulong)octets.Length);
        FrameWriter.WriteBody(bytes, channel, octets, 4096);
        return bytes.WrittenSpan.ToArray();
    }

    public void SendRaw(byte[] bytes, MonoTime? now = null)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        var consumed = Connection.Receive(input, now ?? MonoTime.Zero);
        if (!Connection.IsReadSuspended && input.Slice(consumed).Length > 0)
        {
            throw new InvalidOperationException("the broker left bytes of whole frames");
        }
    }

    /// <summary>What came since the last call, a line an event: methods by name, bodies as text.</summary>
    public IReadOnlyList<string> Take()
    {
        _events.Clear();
        if (_read == 0 && Output.Span.StartsWith("AMQP"u8))
        {
            _events.Add("protocol header");
            _read = 8;
        }

        var reader = new FrameReader(new ReadOnlySequence<byte>(Output[_read..]), 131072);
        while (reader.TryRead(out var frame) == FrameReadStatus.Complete)
        {
            _events.Add(Describe(frame));
        }

        _read = Output.Length;
        _events.RemoveAll(each => each.Length == 0);
        return [.. _events];
    }

    private string Describe(in Frame frame)
    {
        var payload = frame.Payload.ToArray();
        switch (frame.Type)
        {
            case FrameType.Heartbeat:
                return "heartbeat";
            case FrameType.Header:
                BasicProperties.TryRead(payload.AsSpan(12), AmqpLimits.Default, out var properties, out _);
                LastProperties = properties!;
                return "";
            case FrameType.Body:
                return System.Text.Encoding.UTF8.GetString(payload);
            default:
                AmqpMethod.TryRead(payload, AmqpLimits.Default, out var method, out _);
                LastMethod = method;
                return method switch
                {
                    ConnectionClose close => $"connection.close {close.ReplyCode} {close.ReplyText}",
                    ChannelClose close => $"channel.close {close.ReplyCode} {close.ReplyText}",
                    BasicDeliver deliver => $"deliver {deliver.ConsumerTag} {deliver.DeliveryTag}"
                        + (deliver.Redelivered ? " redelivered" : ""),
                    BasicGetOk get => get.Redelivered ? "get redelivered" : "get",
                    BasicAck ack => $"ack {ack.DeliveryTag}{(ack.Multiple ? " multiple" : "")}",
                    BasicNack nack => $"nack {nack.DeliveryTag}",
                    _ => method!.Id.Name(),
                };
        }
    }
}
