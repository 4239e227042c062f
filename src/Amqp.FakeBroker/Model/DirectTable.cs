namespace Amqp.FakeBroker.Model;

/// <summary>Direct exchange: the routing key equals the binding key.</summary>
internal sealed class DirectTable : BindingTable
{
    private readonly Dictionary<string, List<Binding>> _byKey = new(StringComparer.Ordinal);

    public override void Add(Binding binding)
    {
        if (!_byKey.TryGetValue(binding.Key, out List<Binding>? list))
        {
            _byKey.Add(binding.Key, list = []);
        }

        list.Add(binding);
    }

    public override void Remove(Binding binding)
    {
        if (_byKey.TryGetValue(binding.Key, out List<Binding>? list) && list.Remove(binding) && list.Count == 0)
        {
            _byKey.Remove(binding.Key);
        }
    }

    public override void Match(string routingKey, StoredMessage message, List<Binding> matches)
    {
        if (_byKey.TryGetValue(routingKey, out List<Binding>? list))
        {
            matches.AddRange(list);
        }
    }
}
