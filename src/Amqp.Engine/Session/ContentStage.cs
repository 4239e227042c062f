namespace Amqp.Engine.Session;

/// <summary>What the next frame of a channel must be (AMQP 0-9-1 section 4.2.6).</summary>
internal enum ContentStage
{
    /// <summary>A method.</summary>
    None,

    /// <summary>A content header.</summary>
    Header,

    /// <summary>A body frame.</summary>
    Body,
}
