using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Amqp.Integration.Transport;

/// <summary>A logger that keeps what it is told, and tells when the transport stops reading.</summary>
internal sealed class PauseLog : ILoggerFactory, ILogger
{
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when reading is paused.</summary>
    public Task Paused => _paused.Task;

    /// <summary>All that was logged.</summary>
    public ConcurrentQueue<string> Texts { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        Texts.Enqueue(formatter(state, exception));
        if (eventId.Name == "ReadPaused")
        {
            _paused.TrySetResult();
        }
    }
}
