using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Dead-lettering on one virtual host: the account of deaths in the headers, cycles, and publishing to the dead-letter
/// exchange. Chains of deaths are worked off one after the other, so they need no stack.
/// </summary>
internal sealed class DeadLetters(VirtualHost virtualHost)
{
    private readonly Queue<(StoredMessage Message, string Reason, ExchangeModel Exchange)> _pending = new();
    private readonly List<QueueModel> _routed = [];
    private bool _isWorking;

    /// <summary>
    /// Publishes a dead message to the queue's dead-letter exchange, as a message of its own; false when there is no
    /// such exchange.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="reason">Why it died.</param>
    /// <param name="queue">Where it died.</param>
    /// <param name="wasQueued">False for a message that the queue refused.</param>
    public bool Bury(StoredMessage message, string reason, QueueModel queue, bool wasQueued)
    {
        if (queue.Settings.DeadLetterExchange is not { } name
            || !virtualHost.TryGetExchange(name, out ExchangeModel exchange))
        {
            return false;
        }

        StoredMessage letter = MakeLetter(message, reason, queue, name);
        if (wasQueued)
        {
            queue.Note(BrokerEventKind.DeadLettered, message, reason, letter.Number);
        }

        _pending.Enqueue((letter, reason, exchange));
        if (!_isWorking)
        {
            Work();
        }

        return true;
    }

    /// <summary>
    /// Holds letters back while a publish goes to several queues: its own copies come first (measured). False when
    /// they are held back already.
    /// </summary>
    public bool TryHold()
    {
        bool isHeldNow = !_isWorking;
        _isWorking = true;
        return isHeldNow;
    }

    /// <summary>Publishes what waits, and what that leads to.</summary>
    public void Work()
    {
        _isWorking = true;
        try
        {
            while (_pending.TryDequeue(out (StoredMessage Message, string Reason, ExchangeModel Exchange) next))
            {
                Publish(next.Message, next.Reason, next.Exchange);
            }
        }
        finally
        {
            _isWorking = false;
        }
    }

    private void Publish(StoredMessage letter, string reason, ExchangeModel exchange)
    {
        _routed.Clear();
        virtualHost.Router.Route(exchange, letter, _routed);
        QueueModel[] queues = [.. _routed];
        foreach (QueueModel queue in queues)
        {
            if (reason == DeathReason.Rejected || !IsCycle(letter, queue.Name))
            {
                queue.Publish(letter);
            }
        }
    }

    /// <summary>
    /// True when the message has died in that queue before and no client has rejected it since: it would go round for
    /// ever.
    /// </summary>
    private bool IsCycle(StoredMessage letter, string queue)
    {
        foreach ((string name, string reason) in Deaths(letter))
        {
            if (reason == DeathReason.Rejected)
            {
                return false;
            }

            if (name == queue)
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<(string Queue, string Reason)> Deaths(StoredMessage letter)
    {
        if (virtualHost.Core.Profile.HasMessageContainers)
        {
            foreach (DeathRecord death in letter.Deaths)
            {
                yield return (death.Queue, death.Reason);
            }
        }
        else
        {
            foreach (FieldValue item in DeathHeaders.Entries(letter.Properties.Headers))
            {
                yield return (DeathHeaders.Text(item, "queue") ?? "", DeathHeaders.Text(item, "reason") ?? "");
            }
        }
    }

    /// <summary>None for what a queue's own key routed: a CC it may still show has no part in that (4.0).</summary>
    private static IReadOnlyList<string> KeysOfCopies(StoredMessage message) =>
        message.ExtraKeys.Count == 0 ? [] : MessageRules.CopyKeys(message.Properties);

    private StoredMessage MakeLetter(StoredMessage message, string reason, QueueModel queue, string exchange)
    {
        BasicProperties properties = message.Properties;
        string? key = queue.Settings.DeadLetterRoutingKey;
        DeathRecord death = new(
            queue.Name,
            reason,
            1,
            virtualHost.Core.UnixSeconds,
            message.Exchange,
            [message.RoutingKey, .. KeysOfCopies(message)],
            properties.Expiration);
        bool hasContainers = virtualHost.Core.Profile.HasMessageContainers;
        IReadOnlyList<DeathRecord> deaths = hasContainers ? DeathHeaders.Record(message.Deaths, death) : [];
        FieldTable headers = properties.Headers ?? FieldTable.Empty;
        headers = hasContainers
            ? DeathHeaders.Write(headers, deaths, message.Exchange)
            : DeathHeaders.Add(headers, death);
        properties = properties with
        {
            Headers = key is null || hasContainers ? headers : HeaderEdits.Without(headers, "CC"),
            Expiration = null,
        };
        return new StoredMessage
        {
            Number = virtualHost.Core.NextMessageNumber(),
            Exchange = exchange,
            RoutingKey = key ?? message.RoutingKey,
            ExtraKeys = key is null ? message.ExtraKeys : [],
            HeaderOctets = StoredMessage.Encode(properties),
            Properties = properties,
            Body = message.Body,
            Deaths = deaths,
            IsLetter = true,
            Failures = message.Failures,
        };
    }
}
