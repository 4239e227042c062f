namespace Amqp.FakeBroker.Model;

/// <summary>What a client does with a delivery.</summary>
internal enum Outcome
{
    Acknowledge,
    Reject,
    Requeue,
}
