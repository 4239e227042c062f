using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;

namespace Amqp.Fuzz;

/// <summary>
/// The fake broker's receive path. The first octet of an input says how far the connection has come, the second after
/// how many tenths of a second time goes on; the rest is what the client sends. An honest client beside it must not
/// notice.
/// </summary>
internal static class BrokerTarget
{
    private static readonly MonoTime s_start = new(TimeSpan.TicksPerDay);

    public static void Run(byte[] input)
    {
        if (input.Length < 2)
        {
            return;
        }

        MonoTime now = s_start;
        var broker = new BrokerCore(new BrokerOptions { Profile = BrokerProfile.RabbitMq310 });
        var honest = new Client(broker, now);
        honest.Send(Handshake());
        var hostile = new Client(broker, now);
        if (input[0] % 2 == 1)
        {
            hostile.Send(Handshake());
        }

        Law.Bounded(input.LongLength, () => hostile.Send(input[2..]));
        now += TimeSpan.FromMilliseconds(input[1] * 100);
        broker.Elapse(now);
        hostile.Drain();
        honest.Output.Clear();
        honest.Send(Frames((1, new QueueDeclare { Queue = "still-here", Durable = true })));
        Law.Holds(honest.Output.WrittenSpan.IndexOf("still-here"u8) > 0, "K8 the honest client is not served");
        hostile.End(now);
        honest.Send(Frames((1, new BasicQos { PrefetchCount = 1 })));
    }

    public static IEnumerable<(string Title, byte[] Bytes)> Seeds()
    {
        yield return ("handshake", [0, 0, .. Handshake()]);
        yield return ("wrong-header", [0, 0, .. "AMQP\u0001\u0001\0\u0009"u8]);
        yield return ("topology", [1, 1, .. Frames(
            (1, new QueueDeclare
            {
                Queue = "q",
                Arguments = FieldTable.Empty.With("x-max-length", 2).With("x-message-ttl", 100)
                    .With("x-dead-letter-exchange", FieldValue.LongString("x")),
            }),
            (1, new ExchangeDeclare { Exchange = "x", Type = "topic" }),
            (1, new QueueBind { Queue = "q", Exchange = "x", RoutingKey = "a.#.b" }))]);
        yield return ("publish", [1, 9, .. Frames((1, new QueueDeclare { Queue = "q" }), (1, new ConfirmSelect())),
            .. Content("", "q"), .. Content("", "nowhere"), .. Frames((1, new BasicGet { Queue = "q" }))]);
        yield return ("consume", [1, 0, .. Frames(
                (1, new QueueDeclare { Queue = "q", Exclusive = true }),
                (1, new BasicQos { PrefetchCount = 1 }),
                (1, new BasicConsume { Queue = "q", ConsumerTag = "c" })),
            .. Content("", "q"),
            .. Frames((1, new BasicNack { DeliveryTag = 1, Requeue = true }), (1, new BasicAck { DeliveryTag = 2 }))]);
        yield return ("transaction", [1, 0, .. Frames((1, new QueueDeclare { Queue = "q" }), (1, new TxSelect())),
            .. Content("", "q"), .. Frames((1, new TxRollback()), (1, new TxCommit()))]);
        yield return ("reply-to", [1, 0, .. Frames(
                (1, new BasicConsume { Queue = "amq.rabbitmq.reply-to", ConsumerTag = "c", NoAck = true })),
            .. Content("", "amq.rabbitmq.reply-to")]);
        yield return ("quorum", [1, 0, .. Frames((1, new QueueDeclare
        {
            Queue = "qq",
            Durable = true,
            Arguments = FieldTable.Empty.With("x-queue-type", FieldValue.LongString("quorum")),
        }))]);
        yield return ("closing", [1, 0, .. Frames((1, new ChannelClose()), (0, new ConnectionClose()))]);
    }

    private static byte[] Handshake() =>
    [
        .. FrameWriter.ProtocolHeader,
        .. Frames(
            (0, new ConnectionStartOk
            {
                Mechanism = "PLAIN",
                Response = "\0guest\0guest",
                Locale = "en_US",
            }),
            (0, new ConnectionTuneOk { ChannelMax = 10, FrameMax = 8192, Heartbeat = 0 }),
            (0, new ConnectionOpen { VirtualHost = "/" }),
            (1, new ChannelOpen())),
    ];

    private static byte[] Frames(params (ushort Channel, AmqpMethod Method)[] methods)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach ((ushort channel, AmqpMethod method) in methods)
        {
            FrameWriter.WriteMethod(output, channel, method);
        }

        return output.WrittenSpan.ToArray();
    }

    private static byte[] Content(string exchange, string key)
    {
        var output = new ArrayBufferWriter<byte>();
        var publish = new BasicPublish { Exchange = exchange, RoutingKey = key, Mandatory = true };
        FrameWriter.WriteMethod(output, 1, publish);
        FrameWriter.WriteHeader(output, 1, new BasicProperties { Expiration = "100", Priority = 3 }, 5);
        FrameWriter.WriteBody(output, 1, "hello"u8, 8192);
        return output.WrittenSpan.ToArray();
    }

    private sealed class Client
    {
        private readonly BrokerCore _broker;
        private readonly BrokerConnection _connection;
        private readonly List<BrokerConnection> _dirty = [];
        private byte[] _rest = [];
        private MonoTime _now;

        public Client(BrokerCore broker, MonoTime now)
        {
            _broker = broker;
            _now = now;
            _connection = broker.Accept(Output, now);
        }

        public ArrayBufferWriter<byte> Output { get; } = new();

        public void Send(byte[] bytes)
        {
            if (_connection.WantsClose)
            {
                return;
            }

            byte[] input = [.. _rest, .. bytes];
            var sequence = new ReadOnlySequence<byte>(input);
            SequencePosition consumed = _connection.Receive(sequence, _now);
            _rest = sequence.Slice(consumed).ToArray();
            Drain();
        }

        public void Drain()
        {
            _broker.DrainDirty(_dirty);
            _dirty.Clear();
        }

        public void End(MonoTime now)
        {
            _now = now;
            _connection.ReceiveEnd(now);
            Drain();
        }
    }
}
