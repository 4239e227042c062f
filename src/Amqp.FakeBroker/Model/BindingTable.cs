namespace Amqp.FakeBroker.Model;

/// <summary>The bindings of one exchange, arranged for its way of matching.</summary>
internal abstract class BindingTable
{
    public abstract void Add(Binding binding);

    public abstract void Remove(Binding binding);

    /// <summary>Appends the matching bindings. One binding may be appended twice; the router removes doubles.</summary>
    public abstract void Match(string routingKey, StoredMessage message, List<Binding> matches);

    public static BindingTable Create(ExchangeKind kind, BrokerProfile profile) => kind switch
    {
        ExchangeKind.Direct => new DirectTable(),
        ExchangeKind.Fanout => new FanoutTable(),
        ExchangeKind.Topic => new TopicTable(),
        _ => new HeadersTable(profile.EquatesIntegersAndReals),
    };
}
