using Amqp.Engine.Wire;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker.Policies;

/// <summary>The policies of one virtual host, by name.</summary>
internal sealed class PolicyTable
{
    private readonly SortedDictionary<string, (BrokerPolicy Policy, NamePattern Pattern)> _policies =
        new(StringComparer.Ordinal);

    public IEnumerable<BrokerPolicy> Policies => _policies.Values.Select(static each => each.Policy);

    public void Put(BrokerPolicy policy) => _policies[policy.Name] = (policy, new NamePattern(policy.Pattern));

    public bool Remove(string name) => _policies.Remove(name);

    /// <summary>The policy for something of this name, or null; of equal priorities the first by name.</summary>
    /// <param name="name">The name of the queue or exchange.</param>
    /// <param name="targets">The words of apply-to that include it, "all" aside.</param>
    /// <param name="kind">The type of the queue; null for an exchange.</param>
    public BrokerPolicy? Match(string name, ReadOnlySpan<string> targets, QueueKind? kind)
    {
        BrokerPolicy? best = null;
        foreach ((BrokerPolicy policy, NamePattern pattern) in _policies.Values)
        {
            if ((best is null || policy.Priority > best.Priority)
                && (policy.ApplyTo == "all" || targets.Contains(policy.ApplyTo)) && pattern.IsMatch(name)
                && (kind is null || PolicyReach.Fits(policy, kind.Value)))
            {
                best = policy;
            }
        }

        return best;
    }

    /// <summary>A text in a policy's definition; null when there is none.</summary>
    public static string? Text(BrokerPolicy? policy, string key) =>
        policy is not null && policy.Definition.TryGet(key, out FieldValue value)
            && value.Type == FieldType.LongString
            ? value.AsString()
            : null;
}
