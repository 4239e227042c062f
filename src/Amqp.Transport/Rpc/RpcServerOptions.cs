namespace Amqp.Transport;

/// <summary>How an <see cref="RpcServer"/> works.</summary>
public sealed record RpcServerOptions
{
    /// <summary>How many requests the handler may get at once, at least 1.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>How many requests the broker may send ahead, at least 1; not less than
    /// <see cref="MaxConcurrency"/> makes sense.</summary>
    public ushort PrefetchCount { get; init; } = 20;

    /// <summary>Whether a client is told the text of what the handler threw. By default it is only told that it failed,
    /// since the text may say what is none of the client's business.</summary>
    public bool SendErrorText { get; init; }

    /// <summary>What happens to a request whose handler threw; the client is told in any case.</summary>
    public HandlerErrorPolicy OnHandlerError { get; init; } = HandlerErrorPolicy.NackDrop;
}
