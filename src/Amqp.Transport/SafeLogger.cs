using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Transport;

/// <summary>A logger that never throws. A provider that was disposed of does, and what it is told of must go on: the
/// reading, a dispatcher, the watchdog of all connections.</summary>
internal sealed class SafeLogger(ILogger inner) : ILogger
{
    /// <summary>The logger of this library.</summary>
    public static ILogger Create(ILoggerFactory factory)
    {
        try
        {
            return new SafeLogger(factory.CreateLogger("Amqp.Transport"));
        }
        catch (Exception)
        {
            return NullLogger.Instance;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return inner.BeginScope(state);
        }
        catch (Exception)
        {
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nobody left to be told.
        }
    }
}
