using Amqp.Transport;

namespace Amqp.Integration.Facades;

/// <summary>A kind of connection, as the suite of all kinds sees it.</summary>
public interface IFacade : IAsyncDisposable
{
    /// <summary>Whether calls are taken.</summary>
    bool IsOpen { get; }

    /// <summary>Ends when the connection has closed, with the reason.</summary>
    Task<AmqpException> Closed { get; }

    /// <summary>Opens a channel.</summary>
    Task<IFacadeChannel> OpenChannelAsync(bool confirms = false, ushort prefetch = 0);

    /// <summary>Sends new credentials.</summary>
    Task UpdateSecretAsync(string secret);

    /// <summary>Runs something where the application's code runs, and tells of its end.</summary>
    Task PostAsync(Action action);

    /// <summary>Waits by a timer of the façade's own, where it has them.</summary>
    Task DelayAsync(TimeSpan time);

    /// <summary>Closes the connection.</summary>
    Task CloseAsync();
}
