using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using FsCheck;

namespace Amqp.Property.Recovery;

/// <summary>Something that a client does to the topology, drawn at random.</summary>
internal sealed record LedgerSteps(LedgerSteps.Kind What, int A, int B, int C)
{
    private const int Channels = 2;

    public static Gen<LedgerSteps[]> Any { get; } = Gens.From(Make);

    public static LedgerSteps[] Make(Draw draw) => draw.List(
        draw.Int(1, 24),
        () => new LedgerSteps(
            draw.Pick(Enum.GetValues<Kind>()), draw.Int(0, 3), draw.Int(0, 3), draw.Int(0, 3)));

    public enum Kind
    {
        DeclareExchange,
        DeleteExchange,
        DeclareQueue,
        DeclareNamelessQueue,
        DeleteQueue,
        BindQueue,
        UnbindQueue,
        BindExchange,
        UnbindExchange,
        Consume,
        Cancel,
        Reopen,
    }

    public void Play(LedgerClient client)
    {
        (Kind kind, int a, int b, int c) = this;
        var channel = (ushort)(1 + (c % Channels));
        var arguments = c == 3 ? FieldTable.Create(("n", b)) : FieldTable.Empty;
        switch (kind)
        {
            case Kind.DeclareExchange:
                client.Call(channel, new ExchangeDeclare { Exchange = $"x{a}", Type = "topic", AutoDelete = a > 1 });
                break;
            case Kind.DeleteExchange:
                client.Call(channel, new ExchangeDelete { Exchange = $"x{a}" });
                break;
            case Kind.DeclareQueue:
                client.Call(channel, new QueueDeclare { Queue = $"q{a}", AutoDelete = a > 1, Passive = b == 3 });
                break;
            case Kind.DeclareNamelessQueue:
                client.Call(channel, new QueueDeclare { Exclusive = true });
                break;
            case Kind.DeleteQueue:
                client.Call(channel, new QueueDelete { Queue = client.Queue(a) });
                break;
            case Kind.BindQueue:
                client.Call(channel, new QueueBind
                {
                    Queue = client.Queue(a),
                    Exchange = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.UnbindQueue:
                client.Call(channel, new QueueUnbind
                {
                    Queue = client.Queue(a),
                    Exchange = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.BindExchange:
                client.Call(channel, new ExchangeBind
                {
                    Destination = $"x{a}",
                    Source = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.UnbindExchange:
                client.Call(channel, new ExchangeUnbind
                {
                    Destination = $"x{a}",
                    Source = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.Consume:
                client.Call(
                    channel, new BasicConsume { Queue = client.Queue(a), NoAck = b == 0, Arguments = arguments });
                break;
            case Kind.Cancel:
                client.CancelOne(a);
                break;
            default:
                client.Reopen(channel);
                break;
        }
    }

    private static string Key(int c) => c == 0 ? "" : $"k{c}";
}
