using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker.Policies;

/// <summary>
/// What a policy may define for a type of queue. With one key that the type does not know the whole policy is passed
/// over (measured: a delivery-limit keeps a policy's max-length from a classic queue).
/// </summary>
internal static class PolicyReach
{
    private static readonly string[] s_notClassic =
    [
        "max-age", "stream-max-segment-size-bytes", "initial-cluster-size", "delivery-limit", "dead-letter-strategy",
    ];

    private static readonly string[] s_notQuorum =
    [
        "max-priority", "queue-mode", "ha-mode", "ha-params", "ha-sync-mode", "ha-promote-on-shutdown",
        "ha-promote-on-failure", "queue-master-locator", "max-age", "stream-max-segment-size-bytes",
        "initial-cluster-size",
    ];

    private static readonly string[] s_notStream =
    [
        "expires", "message-ttl", "dead-letter-exchange", "dead-letter-routing-key", "max-length",
        "max-in-memory-length", "max-in-memory-bytes", "max-priority", "overflow", "queue-mode",
        "single-active-consumer", "delivery-limit", "ha-mode", "ha-params", "ha-sync-mode", "ha-promote-on-shutdown",
        "ha-promote-on-failure", "queue-master-locator", "dead-letter-strategy",
    ];

    public static bool Fits(BrokerPolicy policy, QueueKind kind)
    {
        string[] unknown = kind switch
        {
            QueueKind.Quorum => s_notQuorum,
            QueueKind.Stream => s_notStream,
            _ => s_notClassic,
        };
        foreach (KeyValuePair<string, FieldValue> entry in policy.Definition)
        {
            if (Array.IndexOf(unknown, entry.Key) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
