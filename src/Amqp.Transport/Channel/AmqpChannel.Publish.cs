using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;
using Amqp.Transport.Publish;

namespace Amqp.Transport;

// Publishing (AMQP 0-9-1 section 1.8.3.7) and publisher confirms.
public sealed partial class AmqpChannel
{
    private const int SourcesKept = 8192;

    private readonly PublishRing _ring = new();
    private readonly Lock _sourceGate = new();
    private readonly List<(ulong From, ulong To)> _lost = [];
    private PublishSource? _freeSources;
    private int _freeCount;
    private int _maxUnsettled = int.MaxValue;
    private int _unsettled;
    private bool _confirms;
    private readonly bool _inlineConfirms;
    private bool _flowStopped;
    private ulong _lastSequence;

    /// <summary>The number that the next publish gets on a confirming channel, counted from 1; 0 on any other
    /// channel.</summary>
    public ulong NextPublishSequenceNumber
    {
        get
        {
            lock (_pump.Gate)
            {
                return _confirms ? _lastSequence + 1 : 0;
            }
        }
    }

    /// <summary>How many publishes of this channel await their confirm.</summary>
    public int UnsettledPublishes => Volatile.Read(ref _unsettled);

    /// <summary>Lists the publishes that await their confirm; once the channel has closed, those that were awaiting it
    /// then, of which it is not known what became. A publish that was waiting for room has no number yet and was not
    /// sent.</summary>
    /// <returns>Their sequence numbers, lowest first (see <see cref="NextPublishSequenceNumber"/>). Empty without
    /// confirms.</returns>
    public IReadOnlyList<ulong> ListUnsettledPublishes()
    {
        lock (_pump.Gate)
        {
            if (_end is null)
            {
                return _pump.Session.ListUnsettledPublishes((ushort)Number);
            }

            var numbers = new List<ulong>();
            foreach ((ulong from, ulong to) in _lost)
            {
                for (ulong sequence = from; sequence <= to; sequence++)
                {
                    numbers.Add(sequence);
                }
            }

            return numbers;
        }
    }

    /// <summary>Raised for each message that the broker could not route. Handlers run in order, one at a time, beside
    /// those of consumers. When more than 256 wait for a slow one, reading of the connection pauses.</summary>
    public event Action<ReturnedMessage>? Returned;

    /// <summary>Publishes a message. Thread-safe; messages that one thread publishes on one channel stay in order, also
    /// when the tasks are awaited later.</summary>
    /// <param name="exchange">The exchange; empty for the default one. At most 255 bytes of UTF-8.</param>
    /// <param name="routingKey">The routing key, at most 255 bytes of UTF-8.</param>
    /// <param name="body">The body. It must not change before the task has completed.</param>
    /// <param name="properties">The properties; <see langword="null"/> for none.</param>
    /// <param name="mandatory">Whether the broker gives the message back when it reaches no queue. A return carries no
    /// number: it is taken for the earliest unsettled publish with the same exchange, routing key, body and properties,
    /// so messages that are the same in all of them are told apart by their order only.</param>
    /// <param name="cancellationToken">Ends the wait. While the message waits for room it is then not sent; afterwards
    /// it stays sent and only its confirm is not waited for.</param>
    /// <returns>On a confirming channel, a task that ends when the broker has confirmed the message. On any other
    /// channel, a task that ends when the message was taken into the bounded output. Await it at most once.</returns>
    /// <exception cref="PublishNackedException">The broker refused the message.</exception>
    /// <exception cref="PublishReturnedException">The message was mandatory and reached no queue.</exception>
    /// <exception cref="AmqpMisuseException">The message cannot be sent; nothing was.</exception>
    /// <exception cref="AmqpChannelClosedException">The channel closed; it is not known what became of the
    /// message.</exception>
    /// <exception cref="AmqpConnectionClosedException">The connection closed; it is not known what became of the
    /// message.</exception>
    public ValueTask PublishAsync(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        BasicProperties? properties = null,
        bool mandatory = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(routingKey);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        properties = Identified(properties);
        PublishSource? source = null;
        AmqpException? error = null;
        SendPlan plan = SendPlan.None;
        IDriver driver;
        lock (_pump.Gate)
        {
            driver = _pump.Driver;
            if (MayPublish() || _end is not null)
            {
                CommandResult result = Encode(exchange, routingKey, body, properties, mandatory, ref source);
                if (result == CommandResult.Ok)
                {
                    plan = driver.PlanSend();
                }
                else
                {
                    error = _pump.Refused(result, this);
                }
            }
            else
            {
                error = Hold(exchange, routingKey, body, properties, mandatory, out source);
            }
        }

        if (error is not null)
        {
            return ValueTask.FromException(error);
        }

        if (plan != SendPlan.None)
        {
            driver.Execute(plan);
        }

        return source is null ? default : source.Start(cancellationToken);
    }

    /// <summary>Puts the channel into confirm mode (<c>confirm.select</c>); from then on <see cref="PublishAsync"/>
    /// awaits confirms.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task ConfirmSelectAsync(CancellationToken cancellationToken = default) =>
        CallAsync(new ConfirmSelect(), ConfirmCall(), cancellationToken);

    internal RpcCall ConfirmCall() => new()
    {
        Applied = (_, _) => _confirms = true,
        Late = (_, _) => _confirms = true,
    };

    internal void ReturnSource(PublishSource source)
    {
        if (_resends)
        {
            source.Release();
            source.WasSent = false;
        }

        lock (_sourceGate)
        {
            if (_freeCount < SourcesKept)
            {
                source.Next = _freeSources;
                _freeSources = source;
                _freeCount++;
            }
        }
    }

    internal void OnSettled(ulong from, ulong to, bool nacked, CompletionBatch batch)
    {
        for (ulong sequence = from; sequence <= to; sequence++)
        {
            _unsettled--;
            if (_ring.Remove(sequence) is { } source)
            {
                source.State = PublishState.Idle;
                batch.Add(source, Outcome(source, nacked));
            }
        }

        AdmitInInput(batch);
    }

    internal void OnPublishReturned(ulong sequence)
    {
        if (_ring.Find(sequence) is { } source)
        {
            source.Returned = _lastReturned;
        }
    }

    internal void OnPublishesLost(ulong from, ulong to, SessionEnd reason, CompletionBatch batch)
    {
        bool isContinued = _pump.WillRecover(reason);
        if (!isContinued)
        {
            _lost.Add((from, to));
        }

        AmqpException? error = null;
        for (ulong sequence = from; sequence <= to; sequence++)
        {
            _unsettled--;
            if (_ring.Remove(sequence) is not { } source)
            {
                continue;
            }

            if (isContinued && _resends)
            {
                KeepForLater(source);
            }
            else
            {
                if (_resends)
                {
                    NoteUnsettled(source, wasSent: true);
                }

                source.State = PublishState.Idle;
                batch.Add(source, error ??= ToException(reason));
            }
        }
    }

    internal void OnFlow(bool active, CompletionBatch batch)
    {
        _flowStopped = !active;
        AdmitInInput(batch);
    }

    private static object? Outcome(PublishSource source, bool nacked) => source.Returned is { } returned
        ? new PublishReturnedException(source.Sequence, returned)
        : nacked ? new PublishNackedException(source.Sequence) : null;

    private CommandResult Encode(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        BasicProperties properties,
        bool mandatory,
        ref PublishSource? source)
    {
        if (_end is not null)
        {
            return CommandResult.ChannelNotOpen; // the number may be another channel's by now
        }

        CommandResult result;
        ulong sequence;
        try
        {
            result = _pump.Session.Publish(
                (ushort)Number, exchange, routingKey, mandatory, properties, body.Span, out sequence);
        }
        catch (ArgumentException)
        {
            return CommandResult.InvalidArgument; // a property that is too long; nothing was written
        }

        if (result == CommandResult.Ok && sequence != 0)
        {
            source ??= RentSource();
            if (_resends)
            {
                source.Hold(exchange, routingKey, body, properties, mandatory);
            }

            source.Sequence = sequence;
            source.State = PublishState.Sent;
            _ring.Add(sequence, source);
            _lastSequence = sequence;
            _unsettled++;
        }

        return result;
    }

    private PublishSource RentSource()
    {
        lock (_sourceGate)
        {
            if (_freeSources is { } source)
            {
                _freeSources = source.Next;
                source.Next = null;
                _freeCount--;
                return source;
            }
        }

        return new PublishSource(this, _inlineConfirms);
    }
}
