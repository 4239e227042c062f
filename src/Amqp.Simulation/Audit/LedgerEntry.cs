using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>What is known of one message that the client wanted to publish.</summary>
internal sealed class LedgerEntry(string id, int ordinal, Step.Publish step)
{
    public string Id { get; } = id;

    public int Ordinal { get; } = ordinal;

    public Step.Publish Step { get; } = step;

    /// <summary>How often it was handed to a session.</summary>
    public int Attempts { get; set; }

    /// <summary>The session of the last attempt, from 1.</summary>
    public int Session { get; set; }

    /// <summary>True when one attempt was part of a transaction.</summary>
    public bool IsTransactional { get; set; }

    public bool IsConfirmed { get; set; }

    public bool IsReturned { get; set; }

    /// <summary>How often the client was given it.</summary>
    public int Deliveries { get; set; }

    /// <summary>True when the client has settled a delivery of it for good, or taken it without having to: it may be
    /// gone.</summary>
    public bool MayBeGone { get; set; }

    /// <summary>True when the broker has surely taken in that the client acknowledged it.</summary>
    public bool IsSurelyAcked { get; set; }

    /// <summary>True when exactly one copy of it can be anywhere.</summary>
    public bool IsSingle => Attempts == 1 && Step.Exchange.Length == 0;
}
