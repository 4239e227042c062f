using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Broker;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>A client with two channels that keeps a ledger of what the broker agreed to.</summary>
internal sealed class LedgerClient
{
    private readonly TopologyLedger _ledger = new();
    private BrokerPeer _peer = Connect(new BrokerCore());

    public TopologyLedger Ledger => _ledger;

    /// <summary>A queue by its number: a fixed name, the broker's name, or the last one of the channel.</summary>
    public string Queue(int number) => number switch
    {
        3 => "",
        2 when _ledger.Queues.LastOrDefault(static each => each.IsServerNamed) is { } nameless => nameless.Name,
        _ => $"q{number}",
    };

    public void Call(ushort channel, AmqpMethod request)
    {
        _peer.Send(channel, request);
        _peer.Take();
        switch (_peer.LastMethod)
        {
            case ChannelClose:
                _peer.Send(channel, new ChannelCloseOk(), new ChannelOpen());
                _peer.Take();
                _ledger.ForgetChannel(channel);
                break;
            case ConnectionClose close:
                Assert.Fail($"{request}: {close.ReplyText}");
                break;
            default:
                _ledger.Record(channel, request, _peer.LastMethod);
                break;
        }
    }

    public void CancelOne(int number)
    {
        var consumers = _ledger.Consumers;
        if (consumers.Count > 0)
        {
            var consumer = consumers[number % consumers.Count];
            Call((ushort)consumer.Channel, new BasicCancel { ConsumerTag = consumer.Tag });
        }
    }

    public void Reopen(ushort channel)
    {
        _peer.Send(channel, new ChannelClose { ReplyText = "" }, new ChannelOpen());
        _peer.Take();
        _ledger.ForgetChannel(channel);
    }

    /// <summary>Declares everything again on another broker, renaming what that one names.</summary>
    public void MoveTo(BrokerCore core)
    {
        _peer = Connect(core);
        foreach (var exchange in _ledger.Exchanges)
        {
            Ask(1, exchange.ToDeclare());
        }

        foreach (var queue in _ledger.Queues)
        {
            var answer = Assert.IsType<QueueDeclareOk>(Ask(1, queue.ToDeclare()));
            Assert.Equal(queue.IsServerNamed, answer.Queue != queue.Name);
            _ledger.RenameQueue(queue.Name, answer.Queue);
        }

        foreach (var binding in _ledger.Bindings)
        {
            Ask(1, binding.ToBind());
        }

        foreach (var consumer in _ledger.Consumers)
        {
            Ask((ushort)consumer.Channel, consumer.ToConsume());
        }
    }

    /// <summary>The ledger is what the broker has, but for the broker's own exchanges and default bindings.</summary>
    public void Check() => CheckSame(_ledger, _peer.Core, static channel => (ushort)channel);

    /// <summary>As <see cref="Check"/>, for any ledger and broker.</summary>
    public static void CheckSame(TopologyLedger ledger, BrokerCore core, Func<ulong, ushort> numberOf)
    {
        AssertSame(
            ledger.Exchanges.Select(static each => (each.Name, each.Type, each.IsAutoDelete)),
            core.ListExchanges("/").Where(static each => each.Name.StartsWith('x'))
                .Select(static each => (each.Name, each.Type, each.IsAutoDelete)));
        AssertSame(
            ledger.Queues.Select(static each => (each.Name, each.IsAutoDelete, each.IsExclusive)),
            core.ListQueues("/")
                .Select(static each => (each.Name, each.IsAutoDelete, each.ExclusiveOwner is not null)));
        AssertSame(
            ledger.Bindings.Select(static each =>
                (each.Source, each.Destination, each.IsToQueue, each.RoutingKey, each.Arguments)),
            core.ListBindings("/").Where(static each => each.Source.Length > 0).Select(static each =>
                (each.Source, each.Destination, each.IsToQueue, each.RoutingKey, each.Arguments)));
        AssertSame(
            ledger.Consumers.Select(each => (numberOf(each.Channel), each.Tag, each.Queue, each.NoAck, each.Arguments)),
            core.ListQueues("/").SelectMany(static each => each.Consumers).Select(static each =>
                (each.Channel, each.Tag, each.Queue, each.NoAck, each.Arguments)));
    }

    private AmqpMethod Ask(ushort channel, AmqpMethod request)
    {
        _peer.Send(channel, request);
        _peer.Take();
        Assert.True(_peer.LastMethod is not ChannelClose and not ConnectionClose, $"{request}: {_peer.LastMethod}");
        return _peer.LastMethod!;
    }

    private static void AssertSame<T>(IEnumerable<T> one, IEnumerable<T> other)
    {
        Assert.Equal(
            one.Select(static each => $"{each}").Order(StringComparer.Ordinal),
            other.Select(static each => $"{each}").Order(StringComparer.Ordinal));
    }

    private static BrokerPeer Connect(BrokerCore core)
    {
        var peer = BrokerPeer.Open(core);
        peer.Send(2, new ChannelOpen());
        peer.Take();
        return peer;
    }
}
