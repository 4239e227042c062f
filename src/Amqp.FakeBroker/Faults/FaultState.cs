using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker.Faults;

/// <summary>The faults of the core that last: held confirms and publishes to refuse. Owned by the core.</summary>
internal sealed class FaultState
{
    private readonly List<PublishRule> _rules = [];

    /// <summary>How much later a confirm is sent; null when confirms are stopped; zero when nothing is wrong.</summary>
    public TimeSpan? ConfirmDelay { get; set; } = TimeSpan.Zero;

    public bool HoldsConfirms => ConfirmDelay != TimeSpan.Zero;

    public bool HasRules => _rules.Count > 0;

    public void Add(PublishRule rule, bool isNack)
    {
        if (rule.IsSpent)
        {
            _rules.RemoveAll(other => other.IsNack == isNack);
        }
        else
        {
            _rules.Add(rule);
        }
    }

    /// <summary>The first rule that takes this publish, if there is one; it has then been counted.</summary>
    public PublishRule? Take(StoredMessage message, bool isConfirming, bool isMandatory)
    {
        foreach (PublishRule rule in _rules)
        {
            if ((rule.IsNack ? isConfirming : isMandatory) && rule.TryTake(message))
            {
                if (rule.IsSpent)
                {
                    _rules.Remove(rule);
                }

                return rule;
            }
        }

        return null;
    }
}
