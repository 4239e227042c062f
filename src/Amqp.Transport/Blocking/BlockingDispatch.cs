namespace Amqp.Transport;

/// <summary>On which thread a <see cref="BlockingConnection"/> runs callbacks.</summary>
public enum BlockingDispatch
{
    /// <summary>Only on the caller's thread, inside a call that pumps: <see cref="BlockingConnection.ProcessEvents"/>,
    /// <see cref="BlockingConnection.Sleep"/>, <see cref="BlockingChannel.StartConsuming"/>, and the next message of
    /// <see cref="BlockingChannel.Consume(string, ConsumeOptions?)"/>. What a callback throws comes out of that call;
    /// everything else that is ready is kept for the next one.</summary>
    CallersThread,

    /// <summary>On one thread that the connection has for this, as soon as they are due. What a callback throws is
    /// logged, and a message whose handler threw is settled as <see cref="ConsumeOptions.OnHandlerError"/>
    /// says.</summary>
    OwnThread,
}
