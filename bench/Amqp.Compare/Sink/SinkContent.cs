namespace Amqp.Compare.Sink;

/// <summary>What a channel must bring next.</summary>
internal enum SinkContent
{
    /// <summary>A method.</summary>
    Method,

    /// <summary>The content header of a basic.publish.</summary>
    Header,

    /// <summary>The rest of a body.</summary>
    Body,
}
