namespace Amqp.FakeBroker.Model;

/// <summary>What the next frame of a channel must be.</summary>
internal enum ContentStage
{
    None,
    Header,
    Body,
}
