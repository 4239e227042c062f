using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>What is known of one message that the client wanted to publish.</summary>
internal sealed class LedgerEntry(string id, int ordinal, Step.Publish step)
{
    private ulong _given;

    public string Id { get; } = id;

    public int Ordinal { get; } = ordinal;

    public Step.Publish Step { get; } = step;

    /// <summary>How often it was handed to a session.</summary>
    public int Attempts { get; set; }

    /// <summary>Who published it, from 0.</summary>
    public int Client { get; set; }

    /// <summary>The session of the last attempt, from 1.</summary>
    public int Session { get; set; }

    /// <summary>True when one attempt was part of a transaction.</summary>
    public bool IsTransactional { get; set; }

    public bool IsConfirmed { get; set; }

    public bool IsReturned { get; set; }

    /// <summary>How often clients were given it.</summary>
    public int Deliveries { get; private set; }

    /// <summary>How often without a mark that it comes again.</summary>
    public int FirstDeliveries { get; private set; }

    /// <summary>Whether the client that was given it last had it before. What is sent to two clients may arrive in
    /// another order.</summary>
    public bool CameBefore { get; private set; }

    /// <summary>True when its queue was not declared before by the client that published it.</summary>
    public bool MayBeUnroutable { get; set; }

    /// <summary>True when the client has settled a delivery of it for good, or taken it without having to: it may be
    /// gone.</summary>
    public bool MayBeGone { get; set; }

    /// <summary>Which client acknowledged it, once the broker has surely taken that in.</summary>
    public int? AckedBy { get; set; }

    /// <summary>A client is given it.</summary>
    public void Give(int client, bool isRedelivered)
    {
        ulong bit = 1UL << (client & 63);
        CameBefore = (_given & bit) != 0;
        _given |= bit;
        Deliveries++;
        FirstDeliveries += isRedelivered ? 0 : 1;
    }

    /// <summary>True when exactly one copy of it can be anywhere.</summary>
    public bool IsSingle => Attempts == 1 && Step.Exchange.Length == 0;
}
