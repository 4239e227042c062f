namespace Amqp.FakeBroker.Model;

/// <summary>Fanout exchange: every binding matches.</summary>
internal sealed class FanoutTable : BindingTable
{
    private readonly List<Binding> _bindings = [];

    public override void Add(Binding binding) => _bindings.Add(binding);

    public override void Remove(Binding binding) => _bindings.Remove(binding);

    public override void Match(string routingKey, StoredMessage message, List<Binding> matches) =>
        matches.AddRange(_bindings);
}
