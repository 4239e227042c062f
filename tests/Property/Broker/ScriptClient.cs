using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>
/// A client with one channel that keeps count of what it is owed: outstanding deliveries by consumer, confirms.
/// </summary>
internal sealed class ScriptClient
{
    private readonly BrokerCore _core;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _input = new();
    /// <summary>Begins the tags of consumers that a shared prefetch holds for.</summary>
    private const char Classic = 'c';

    private readonly Dictionary<string, int> _limits = new(StringComparer.Ordinal);
    private readonly bool _confirms;
    private ulong _lastDelivery;
    private ulong _lastConfirm;
    private int _read;
    private int _lastTag;
    private int _freed;
    private bool _isChannelClosed;

    public ScriptClient(BrokerCore core, MonoTime now, bool confirms)
    {
        _core = core;
        _confirms = confirms;
        Connection = core.Accept(_output, now);
        _input.Write(FrameWriter.ProtocolHeader);
        FrameWriter.WriteMethod(_input, 0, BrokerPeer.StartOk("guest"));
        FrameWriter.WriteMethod(_input, 0, new ConnectionTuneOk { ChannelMax = 8, FrameMax = 8192 });
        FrameWriter.WriteMethod(_input, 0, new ConnectionOpen { VirtualHost = "/" });
        Send(now, new ChannelOpen());
        Open(now);
    }

    public BrokerConnection Connection { get; }

    /// <summary>Unsettled deliveries: tag and consumer, "" for basic.get.</summary>
    public SortedDictionary<ulong, string> Outstanding { get; } = [];

    /// <summary>Publishes since confirm.select.</summary>
    public ulong Published { get; private set; }

    public ulong Confirmed => _lastConfirm;

    public int GlobalLimit { get; private set; }

    public int Limit { get; private set; }

    public bool IsTransactional { get; private set; }

    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    public IReadOnlyCollection<string> Consumers => _limits.Keys;

    /// <summary>Header tables of messages that basic.get brought, newest last.</summary>
    public List<(string RoutingKey, BasicProperties Properties)> Got { get; } = [];

    public void Send(MonoTime now, AmqpMethod method)
    {
        FrameWriter.WriteMethod(_input, (ushort)(method is ConnectionClose or ConnectionCloseOk ? 0 : 1), method);
        Feed(now);
    }

    public void Publish(MonoTime now, string exchange, string key, BasicProperties properties, byte[] body)
    {
        FrameWriter.WriteMethod(_input, 1, new BasicPublish { Exchange = exchange, RoutingKey = key });
        FrameWriter.WriteHeader(_input, 1, properties, (ulong)body.Length);
        FrameWriter.WriteBody(_input, 1, body, 4096);
        Published += _confirms ? 1UL : 0UL;
        Feed(now);
    }

    public void Consume(MonoTime now, string queue, bool noAck)
    {
        if (_limits.Count < 4)
        {
            // Never a tag again that deliveries are still out for: they would count for the new consumer.
            var tag = $"{(_core.FindQueue("/", queue)?.Type == "classic" ? Classic : 'r')}{++_lastTag}";
            _limits.Add(tag, noAck ? -1 : Limit == 0 ? int.MaxValue : Limit);
            Send(now, new BasicConsume { Queue = queue, ConsumerTag = tag, NoAck = noAck });
        }
    }

    public void Cancel(MonoTime now, string tag)
    {
        Send(now, new BasicCancel { ConsumerTag = tag });
        _limits.Remove(tag);
    }

    public void SetPrefetch(MonoTime now, int limit, bool isGlobal)
    {
        if (isGlobal && _core.Profile.PermitsGlobalPrefetch)
        {
            GlobalLimit = limit;
            _freed = 0;
        }
        else
        {
            Limit = limit;
        }

        Send(now, new BasicQos { PrefetchCount = (ushort)limit, Global = isGlobal });
    }

    /// <summary>Forgets a delivery that is about to be settled. One from a quorum queue was not counted by the shared
    /// prefetch, and its settlement makes room all the same.</summary>
    public void Forget(ulong tag)
    {
        _freed += Outstanding.Remove(tag, out var consumer) && consumer.StartsWith('r') && GlobalLimit > 0 ? 1 : 0;
    }

    public void Select(MonoTime now)
    {
        IsTransactional = true;
        Send(now, new TxSelect());
    }

    public void Reopen(MonoTime now)
    {
        Send(now, new ChannelClose());
        Send(now, new ChannelOpen());
        Open(now);
    }

    /// <summary>Reads what the broker sent and checks what each delivery and confirm must obey.</summary>
    public void Read()
    {
        var reader = new FrameReader(new ReadOnlySequence<byte>(_output.WrittenMemory[_read..]), 131072);
        while (reader.TryRead(out var frame) == FrameReadStatus.Complete)
        {
            var payload = frame.Payload.ToArray();
            if (frame.Type == FrameType.Header && Got.Count > 0)
            {
                BasicProperties.TryRead(payload.AsSpan(12), AmqpLimits.Default, out var properties, out _);
                Got[^1] = (Got[^1].RoutingKey, properties!);
            }
            else if (frame.Type == FrameType.Method
                && AmqpMethod.TryRead(payload, AmqpLimits.Default, out var method, out _))
            {
                OnMethod(method);
            }
        }

        _read = _output.WrittenCount;
    }

    private void Open(MonoTime now)
    {
        Outstanding.Clear();
        _limits.Clear();
        Published = _lastConfirm = _lastDelivery = 0;
        Limit = GlobalLimit = _freed = 0;
        IsTransactional = false;
        if (_confirms)
        {
            Send(now, new ConfirmSelect());
        }
    }

    private void OnMethod(AmqpMethod method)
    {
        switch (method)
        {
            case BasicDeliver deliver:
                Assert.Equal(++_lastDelivery, deliver.DeliveryTag);
                Assert.True(_limits.TryGetValue(deliver.ConsumerTag, out var limit), "delivered to nobody");
                if (limit >= 0)
                {
                    Outstanding.Add(deliver.DeliveryTag, deliver.ConsumerTag);
                    var held = Outstanding.Values.Count(each => each == deliver.ConsumerTag);
                    Assert.True(held <= limit, $"{held} deliveries with a prefetch of {limit}");
                    var all = Outstanding.Values.Count(static each => each.StartsWith(Classic));
                    var isBound = GlobalLimit > 0 && deliver.ConsumerTag[0] == Classic;
                    var limits = GlobalLimit + _freed;
                    Assert.True(!isBound || all <= limits, $"{all} deliveries over {limits}");
                }

                break;
            case BasicGetOk get:
                Assert.Equal(++_lastDelivery, get.DeliveryTag);
                Outstanding.Add(get.DeliveryTag, "");
                Got.Add((get.RoutingKey, BasicProperties.Empty));
                break;
            case BasicAck ack:
                Confirm(ack.DeliveryTag, ack.Multiple);
                break;
            case BasicNack nack:
                Confirm(nack.DeliveryTag, nack.Multiple);
                break;
            case ChannelClose:
                _isChannelClosed = true;
                break;
            case BasicCancel cancel:
                _limits.Remove(cancel.ConsumerTag);
                break;
            default:
                break;
        }
    }

    /// <summary>Every publish is confirmed once, in order: RabbitMQ may leave gaps, this broker never has to.</summary>
    private void Confirm(ulong tag, bool multiple)
    {
        Assert.True(multiple ? tag > _lastConfirm : tag == _lastConfirm + 1, $"confirm {tag} after {_lastConfirm}");
        Assert.True(tag <= Published, $"confirm {tag} of {Published} publishes");
        _lastConfirm = tag;
    }

    private void Feed(MonoTime now)
    {
        if (Connection.WantsClose || Connection.IsReadSuspended)
        {
            return;
        }

        Connection.Receive(new ReadOnlySequence<byte>(_input.WrittenMemory.ToArray()), now);
        _input.Clear();
        Read();
        if (_isChannelClosed)
        {
            _isChannelClosed = false;
            Send(now, new ChannelCloseOk());
            Send(now, new ChannelOpen());
            Open(now);
        }
    }
}
