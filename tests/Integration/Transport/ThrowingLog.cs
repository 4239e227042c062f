using Microsoft.Extensions.Logging;

namespace Amqp.Integration.Transport;

/// <summary>A logger whose provider was disposed of.</summary>
internal sealed class ThrowingLog : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => throw new ObjectDisposedException(nameof(ThrowingLog));

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => throw new ObjectDisposedException(nameof(ThrowingLog));
}
