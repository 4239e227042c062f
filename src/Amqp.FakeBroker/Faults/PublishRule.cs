using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker.Faults;

/// <summary>A fault that waits for publishes that fit, and how many are left of it.</summary>
internal sealed class PublishRule(string? exchange, string? routingKey, int count, bool isNack)
{
    private int _left = count;

    public bool IsNack { get; } = isNack;

    public bool IsSpent => _left <= 0;

    public bool TryTake(StoredMessage message)
    {
        if (IsSpent || (exchange ?? message.Exchange) != message.Exchange
            || (routingKey ?? message.RoutingKey) != message.RoutingKey)
        {
            return false;
        }

        _left--;
        return true;
    }
}
