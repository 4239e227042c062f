namespace Amqp.Transport.Consume;

/// <summary>Where the messages of a read go to be handled.</summary>
internal interface IDispatcher
{
    /// <summary>Adds work that <see cref="FlushStaged"/> hands over. The connection's gate is held.</summary>
    /// <returns>Whether it is the first since then.</returns>
    bool Stage(in DispatchItem item);

    /// <summary>Hands over what one read brought, with one lock for all of it. The connection's gate is held.</summary>
    void FlushStaged();
}
