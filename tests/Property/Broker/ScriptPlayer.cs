using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Plays a script to a broker and checks the accounts after each step.</summary>
internal sealed class ScriptPlayer
{
    private const string Fanout = "all";

    private readonly BrokerScript _script;
    private readonly MessageLedger _ledger = new();
    private readonly Dictionary<ulong, int> _priorities = [];
    private readonly ScriptClient[] _clients = new ScriptClient[3];
    private readonly List<ScriptClient> _everyClient = [];
    private MonoTime _now = MonoTime.Zero;

    private ScriptPlayer(BrokerScript script)
    {
        _script = script;
        Core = new BrokerCore(new BrokerOptions { Profile = script.Profile }) { Observer = _ledger };
        _ledger.PriorityOf = number => _priorities.GetValueOrDefault(number);
        DeclareAll();
        for (var i = 0; i < _clients.Length; i++)
        {
            Connect(i);
        }
    }

    public BrokerCore Core { get; }

    /// <summary>Plays it to the end; returns everything the broker sent to anybody.</summary>
    public static byte[] Play(BrokerScript script)
    {
        var player = new ScriptPlayer(script);
        foreach (var op in script.Ops)
        {
            player.Act(op);
            player.Check();
        }

        player.Finish();
        return [.. player._everyClient.SelectMany(each => each.Output.ToArray())];
    }

    private void DeclareAll()
    {
        Core.DeclareExchange("/", Fanout, "fanout");
        for (var i = 0; i < _script.Queues.Count; i++)
        {
            var name = $"q{i}";
            if (Core.FindQueue("/", name) is null)
            {
                var arguments = _script.Queues[i];
                var isDurable = i % 2 == 0
                    || arguments.ContainsKey("x-queue-type")
                    || !Core.Profile.PermitsTransientSharedQueues;
                Core.DeclareQueue("/", name, isDurable, false, arguments);
                Core.Bind(new BindingInfo("/", Fanout, name, true, "", FieldTable.Empty));
                _ledger.Declare(Core.FindQueue("/", name)!, _script.Profile);
            }
        }
    }

    private void Connect(int index)
    {
        _clients[index]?.Connection.ReceiveEnd(_now);
        _clients[index] = new ScriptClient(Core, _now, confirms: index < 2);
        _everyClient.Add(_clients[index]);
    }

    private void Act(BrokerOp op)
    {
        var index = op.A % _clients.Length;
        if (!_clients[index].Connection.IsOpen)
        {
            Connect(index);
        }

        var client = _clients[index];
        var queue = $"q{op.B % _script.Queues.Count}";
        switch (op.Kind)
        {
            case BrokerOpKind.Publish:
                Publish(client, "", queue, op.C);
                break;
            case BrokerOpKind.PublishToAll:
                Publish(client, Fanout, "", op.C);
                break;
            case BrokerOpKind.Get:
                client.Send(_now, new BasicGet { Queue = queue });
                break;
            case BrokerOpKind.Consume:
                client.Consume(_now, queue, noAck: op.C % 5 == 0);
                break;
            case BrokerOpKind.Cancel when client.Consumers.Count > 0:
                client.Cancel(_now, client.Consumers.ElementAt(op.C % client.Consumers.Count));
                break;
            case BrokerOpKind.Ack or BrokerOpKind.Nack or BrokerOpKind.Reject:
                Settle(client, op);
                break;
            case BrokerOpKind.Recover:
                client.Outstanding.Clear();
                client.Send(_now, new BasicRecover { Requeue = true });
                break;
            case BrokerOpKind.Prefetch:
                client.SetPrefetch(_now, op.B % 4, isGlobal: op.C % 4 == 0);
                break;
            case BrokerOpKind.Wait:
                _now += TimeSpan.FromMilliseconds(op.B * 10);
                Core.Elapse(_now);
                break;
            case BrokerOpKind.Transact when index == 2:
                Transact(client, op.C);
                break;
            default:
                Disturb(op, client, queue);
                break;
        }
    }

    private void Disturb(BrokerOp op, ScriptClient client, string queue)
    {
        switch (op.Kind)
        {
            case BrokerOpKind.Purge:
                Core.PurgeQueue("/", queue);
                _ledger.AfterPurge(queue);
                break;
            case BrokerOpKind.DeleteQueue:
                Core.DeleteQueue("/", queue);
                Check();
                DeclareAll();
                break;
            case BrokerOpKind.CloseChannel when !client.IsTransactional:
                client.Reopen(_now);
                break;
            case BrokerOpKind.CloseConnection:
                client.Send(_now, new ConnectionClose());
                break;
            case BrokerOpKind.BreakConnection:
                client.Connection.ReceiveEnd(_now);
                break;
            case BrokerOpKind.Policy when op.C % 2 == 0:
                Core.PutPolicy(new BrokerPolicy("/", "p", $"^{queue}$", FieldTable.Create(("max-length", op.C % 4))));
                break;
            case BrokerOpKind.Policy:
                Core.DeletePolicy("/", "p");
                break;
            case BrokerOpKind.Restart:
                Core.Stop();
                Restart();
                break;
            case BrokerOpKind.Crash:
                Core.Crash();
                Restart();
                break;
            default:
                break;
        }
    }

    private void Restart()
    {
        Check();
        Core.Start();
        DeclareAll();
    }

    private void Publish(ScriptClient client, string exchange, string key, int choice)
    {
        var properties = BasicProperties.Empty with
        {
            Priority = (byte)(choice % 8),
            DeliveryMode = choice % 3 == 0 ? (byte)2 : null,
            Expiration = choice % 7 == 0 ? $"{choice * 5}" : null,
        };

        // The ledger asks for the priority while the broker still works on the publish.
        _priorities[Core.LastMessageNumber + 1] = choice % 8;
        client.Publish(_now, exchange, key, properties, new byte[choice]);
    }

    private void Settle(ScriptClient client, BrokerOp op)
    {
        if (client.Outstanding.Count == 0)
        {
            return;
        }

        var tag = client.Outstanding.Keys.ElementAt(op.B % client.Outstanding.Count);
        var isMultiple = op.Kind != BrokerOpKind.Reject && op.C % 3 == 0;
        foreach (var each in client.Outstanding.Keys.Where(each => each == tag || (isMultiple && each < tag)).ToList())
        {
            client.Forget(each);
        }

        client.Send(_now, op.Kind switch
        {
            BrokerOpKind.Ack => new BasicAck { DeliveryTag = tag, Multiple = isMultiple },
            BrokerOpKind.Nack => new BasicNack { DeliveryTag = tag, Multiple = isMultiple, Requeue = op.C % 2 == 0 },
            _ => new BasicReject { DeliveryTag = tag, Requeue = op.C % 2 == 0 },
        });
    }

    private void Transact(ScriptClient client, int choice)
    {
        if (!client.IsTransactional)
        {
            client.Select(_now);
        }
        else
        {
            // What a rollback gives back stays unsettled for good here; the end of the connection returns it.
            client.Send(_now, choice % 3 == 0 ? new TxRollback() : new TxCommit());
        }
    }

    private void Check()
    {
        foreach (var client in _clients)
        {
            client.Read();
            if (client.Connection.IsOpen && !client.IsTransactional)
            {
                Assert.Equal(client.Published, client.Confirmed);
            }
        }

        Assert.All(_ledger.Settled.Values, count => Assert.Equal(1, count));
        _ledger.Balance(Core);
    }

    /// <summary>In the end everybody leaves and every queue goes: nothing may be left.</summary>
    private void Finish()
    {
        foreach (var client in _clients)
        {
            client.Connection.ReceiveEnd(_now);
        }

        Check();
        foreach (var queue in Core.ListQueues())
        {
            Assert.Equal(0, queue.Unacknowledged);
            Core.DeleteQueue("/", queue.Name);
        }

        Check();
        Assert.Equal(0, Core.StoredOctets);
        Assert.Empty(Core.Connections);
    }
}
