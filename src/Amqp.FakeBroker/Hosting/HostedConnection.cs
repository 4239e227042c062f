using System.Buffers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Amqp.FakeBroker.Hosting;

/// <summary>
/// One stream of an <see cref="InMemoryBroker"/>: a loop that reads into the core, and a flush that runs whenever
/// there is output. Both are plain async methods; neither outlives <see cref="Completion"/>.
/// </summary>
internal abstract partial class HostedConnection
{
    private readonly InMemoryBroker _broker;
    private readonly OutputBuffer _output = new();
    private readonly CancellationTokenSource _abort = new();
    private TaskCompletionSource? _resumed;
    private TaskCompletionSource? _flushed;
    private int _flushes;
    private bool _isFlushing;
    private bool _isWriteBroken;

    protected HostedConnection(InMemoryBroker broker, StreamEnds ends)
    {
        _broker = broker;
        Ends = ends;
    }

    /// <summary>The broker's side of the stream; there is one from <see cref="Start"/> on.</summary>
    public BrokerConnection Connection { get; private set; } = null!;

    /// <summary>Where the stream comes from and goes to.</summary>
    public StreamEnds Ends { get; }

    /// <summary>Octets given to the core so far.</summary>
    public long ReceivedOctets { get; private set; }

    /// <summary>Octets handed to the stream so far.</summary>
    public long SentOctets { get; private set; }

    /// <summary>
    /// Completes when the stream is closed and nothing of this connection runs any more. Never faults.
    /// </summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    protected CancellationToken Aborted => _abort.Token;

    /// <summary>True when the reader has nothing more to wait for.</summary>
    protected bool IsOver => Connection.WantsClose && !IsSilenced;

    /// <summary>
    /// Makes the stream known to the broker and begins to read. Not for a constructor to do: from here on faults and
    /// timers reach the connection.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The broker has been disposed.</exception>
    public void Start()
    {
        _broker.Attach(this, _output);
        Completion = RunAsync();
        _broker.Settle();
    }

    /// <summary>Called once, under the broker's lock, before anything else meets this connection.</summary>
    public void Serve(BrokerConnection connection) => Connection = connection;

    /// <summary>Ends reading and writing at once.</summary>
    public void Abort() => _abort.Cancel();

    /// <summary>
    /// Called under the broker's lock after any input touched this connection: lets a suspended reader go on, and
    /// says whether the caller must start a flush once it has left the lock.
    /// </summary>
    public bool NeedsFlush()
    {
        if (!Connection.IsReadSuspended && !IsFrozen)
        {
            _resumed?.TrySetResult();
            _resumed = null;
        }

        // A peer that was given up does not get to take its time over what is on its way.
        _isAbortWanted |= Connection.IsPeerLost && _isFlushing;
        if (_isAbortWanted)
        {
            _flushes++;
            return true;
        }

        if (_isFlushing || _isWriteBroken || IsFrozen || (_output.Pending == 0 && !Connection.WantsClose))
        {
            return false;
        }

        // Counted here and not where it starts: the stream must not be let go of in between.
        _isFlushing = true;
        _flushes++;
        return true;
    }

    /// <summary>Starts the flush that <see cref="NeedsFlush"/> asked for.</summary>
    public void StartFlush() => _ = RunFlushAsync();

    /// <summary>Reads until the stream or the connection ends.</summary>
    protected abstract Task ReadAsync();

    /// <summary>Sends octets; may wait for the peer.</summary>
    protected abstract ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken);

    /// <summary>Tells the peer that nothing more comes, and wakes the reader.</summary>
    protected abstract ValueTask EndWritingAsync();

    /// <summary>Lets go of the stream.</summary>
    /// <param name="isReset">True when the peer is to see a reset instead of an orderly end.</param>
    protected abstract void Release(bool isReset);

    /// <summary>Gives octets to the core; returns how much it consumed.</summary>
    protected SequencePosition Receive(in ReadOnlySequence<byte> input, out Task? resumed)
    {
        SequencePosition consumed;
        lock (_broker.Gate)
        {
            consumed = HasFaults ? ReceiveWithFaults(input) : Connection.Receive(input, _broker.Now);
            ReceivedOctets += input.Slice(0, consumed).Length;
            _broker.TellWaiting();
            resumed = Connection.IsReadSuspended || IsFrozen
                ? (_resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : null;
        }

        _broker.Settle();
        return consumed;
    }

    private async Task RunAsync()
    {
        try
        {
            await ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (InMemoryBroker.IsStreamFailure(e) || e is AuthenticationException)
        {
            // A stream that breaks is an ordinary end: the core is told below.
        }
        catch (Exception e)
        {
            // A bug of the broker's. The client hears of it as it would from RabbitMQ, and the others go on.
            _broker.NoteBug(Connection, e);
        }

        lock (_broker.Gate)
        {
            Connection.ReceiveEnd(_broker.Now);
            _broker.TellWaiting();
        }

        _broker.Settle();
        await WhenFlushed().ConfigureAwait(false);
        _abort.Cancel();
        Release(_isReset);
        lock (_broker.Gate)
        {
            _output.Rest();
            _broker.Detach(this);
        }
    }

    /// <summary>Completes when no flush runs and none is about to start.</summary>
    private Task WhenFlushed()
    {
        lock (_broker.Gate)
        {
            return _flushes == 0
                ? Task.CompletedTask
                : (_flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private async Task RunFlushAsync()
    {
        try
        {
            if (_isAbortWanted)
            {
                Abort();
            }
            else
            {
                await FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_broker.Gate)
            {
                if (--_flushes == 0)
                {
                    _flushed?.TrySetResult();
                }
            }
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                bool isTaken = TryTake(out ReadOnlyMemory<byte> octets, out bool isEased);
                if (isEased)
                {
                    // The reader goes on, and what was delivered meanwhile may concern other connections.
                    _broker.Settle();
                }

                if (isTaken)
                {
                    await WriteAsync(octets, Aborted).ConfigureAwait(false);
                }
                else if (!isEased)
                {
                    break;
                }
            }

            if (IsOver && !_isAbortWanted)
            {
                await EndWritingAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (InMemoryBroker.IsStreamFailure(e))
        {
            lock (_broker.Gate)
            {
                _isFlushing = false;
                _isWriteBroken = true;
                Connection.ReceiveEnd(_broker.Now);
            }

            _broker.Settle();
            Abort();
        }
        catch (Exception e)
        {
            _broker.NoteBug(Connection, e);
            Abort();
        }

        if (_isAbortWanted)
        {
            Abort();
        }
    }

    private bool TryTakeOutput(ref ReadOnlyMemory<byte> octets)
    {
        if (HasFaults)
        {
            return TakeWithFaults(ref octets);
        }

        if (_output.Pending == 0)
        {
            return false;
        }

        octets = _output.TakePending();
        return true;
    }

    /// <summary>
    /// Takes what may be written; the flush is over when there is nothing and the connection was not congested.
    /// </summary>
    private bool TryTake(out ReadOnlyMemory<byte> octets, out bool isEased)
    {
        lock (_broker.Gate)
        {
            octets = default;
            bool isTaken = TryTakeOutput(ref octets);
            isEased = Connection.IsCongested && (isTaken || !IsFrozen);
            if (isEased)
            {
                // The peer took what was in flight: a paused delivery goes on into the buffer that is free now.
                Connection.HoldReading(false);
                Connection.SetOutputCongested(false);
                _broker.TellWaiting();
            }

            if (isTaken)
            {
                SentOctets += octets.Length;
            }
            else if (!isEased)
            {
                _isFlushing = false;
                if (!IsFrozen)
                {
                    _output.Rest();
                }
            }

            return isTaken;
        }
    }
}
