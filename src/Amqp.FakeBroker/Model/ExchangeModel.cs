using Amqp.Engine.Wire;
using Amqp.FakeBroker.Policies;

namespace Amqp.FakeBroker.Model;

/// <summary>An exchange: its attributes, and its bindings in the order and in the shape its kind routes by.</summary>
internal sealed class ExchangeModel
{
    private BindingTable? _table;

    public required string Name { get; init; }

    public required BrokerProfile Profile { get; init; }

    public required ExchangeKind Kind { get; init; }

    public required bool IsDurable { get; init; }

    public required bool IsAutoDelete { get; init; }

    public required bool IsInternal { get; init; }

    public required FieldTable Arguments { get; init; }

    /// <summary>The policy that holds for the exchange.</summary>
    public BrokerPolicy? Policy { get; private set; }

    /// <summary>Where messages go that the exchange itself routes nowhere: the argument's, else the policy's.</summary>
    public string? AlternateExchange { get; private set; }

    public List<Binding> Outgoing { get; } = [];

    public List<Binding> Incoming { get; } = [];

    public bool IsDefault => Name.Length == 0;

    /// <summary>Stamp of the last publish that visited the exchange: cycles of bindings end here.</summary>
    public ulong RouteStamp { get; set; }

    public BindingTable Table => _table ??= BindingTable.Create(Kind, Profile);

    public void ApplyPolicy(BrokerPolicy? policy)
    {
        Policy = policy;
        AlternateExchange = Arguments.TryGet("alternate-exchange", out FieldValue value)
            && value.Type == FieldType.LongString
            ? value.AsString()
            : PolicyTable.Text(policy, "alternate-exchange");
    }

    /// <summary>The word of exchange.declare for a kind.</summary>
    public static string KindName(ExchangeKind kind) => kind switch
    {
        ExchangeKind.Direct => "direct",
        ExchangeKind.Fanout => "fanout",
        ExchangeKind.Topic => "topic",
        _ => "headers",
    };

    public static bool TryParseKind(string word, out ExchangeKind kind)
    {
        for (kind = ExchangeKind.Direct; kind <= ExchangeKind.Headers; kind++)
        {
            if (KindName(kind) == word)
            {
                return true;
            }
        }

        return false;
    }
}
