namespace Amqp.FakeBroker.Model;

/// <summary>What a full queue does with one message more (x-overflow).</summary>
internal enum OverflowKind
{
    DropHead,
    RejectPublish,
    RejectPublishDeadLetter,
}
