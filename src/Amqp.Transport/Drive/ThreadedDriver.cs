using System.Buffers;
using Amqp.Engine.Events;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Drive;

/// <summary>Drives a pump over a socket, bare or with TLS, with one thread that reads, and runs handlers itself. A
/// wake-up of the thread pool costs many times what a message costs, because its workers spin before they sleep; here
/// is none.</summary>
/// <remarks>While handlers run nothing is read, so a watchdog hands the reading to another thread when one takes
/// long, see <c>ThreadedDriver.Takeover.cs</c>. The socket is non-blocking and is never awaited.</remarks>
internal sealed partial class ThreadedDriver : Driver
{
    // With less room than this the next read would be too short to be worth its system call.
    private const int LeastRoom = SlabPool.SmallSize / 4;

    // After so many short reads in a row a large block is given back.
    private const int ShortReadsToShrink = 1000;

    private static int s_connectionCount;

    private readonly ThreadInput _input;
    private readonly CompletionBatch _batch = new();
    private readonly NapRule? _naps;
    private byte[] _buffer = [];
    private int _filled;
    private int _shortReads;
    private int _receivingThread;
    private bool _tearsDown;
    private long _deliveriesBefore;

    public ThreadedDriver(
        SessionPump pump,
        TransportStream transport,
        ThreadInput input,
        AmqpConnectionOptions options,
        ILogger logger)
        : base(pump, transport, options, logger)
    {
        _naps = options.ReadCoalescing && OwnThread.CanNap ? new NapRule() : null;
        _input = input;
        Interlocked.Increment(ref s_connectionCount);
    }

    /// <summary>How many connections of the process have a thread of their own.</summary>
    public static int ConnectionCount => Volatile.Read(ref s_connectionCount);

    protected override void StartReading()
    {
        _buffer = SlabPool.Rent(SlabPool.SmallSize);
        DispatchWatchdog.Add(this);
        OwnThread.RunAfter(ReadLoop);
    }

    // What the reader itself reads the end of, it also tears down, once it has done with reading: no thread is to be
    // woken for it.
    protected override void ScheduleTearDown()
    {
        if (_receivingThread == Environment.CurrentManagedThreadId)
        {
            _tearsDown = true;
        }
        else
        {
            base.ScheduleTearDown();
        }
    }

    protected override void InterruptRead() => _input.Interrupt();

    private void ReadLoop()
    {
        StreamEnd end = StreamEnd.Fin;
        Exception? cause = null;
        TakeReading();
        try
        {
            while (!IsOver)
            {
                WaitWhilePaused();
                NapIfDue();
                int count = _input.Receive(_buffer, _filled, _buffer.Length - _filled);
                if (count == 0)
                {
                    break;
                }

                OnRead(count);
                if (!TryDispatch())
                {
                    return; // another thread reads now
                }

                SendAfterRead();
            }
        }
        catch (Exception error)
        {
            cause = error;
            end = Classify(error);
        }

        DispatchWatchdog.Remove(this);
        Interlocked.Decrement(ref s_connectionCount);
        EndReading(end, cause, _batch);
        LeaveReading();
        SlabPool.Return(_buffer);
        if (_tearsDown)
        {
            _ = TearDownAsync();
        }
    }

    private void WaitWhilePaused()
    {
        while (Pause is { } pause)
        {
            LogPause();
            pause.Wait();
            Log.ReadResumed(Logger);
        }
    }

    private void OnRead(int count)
    {
        if (Greeting.Length < 8)
        {
            Greeting = _buffer.AsSpan(0, Math.Min(8, _filled + count)).ToArray();
        }

        _filled += count;
        var input = new ReadOnlySequence<byte>(_buffer, 0, _filled);
        _receivingThread = Environment.CurrentManagedThreadId;
        Pump.Receive(this, in input, _batch, out SequencePosition consumed, out _);
        _receivingThread = 0;
        if (_tearsDown && _batch.HasInline)
        {
            // What runs inline may take as long as it likes.
            _tearsDown = false;
            base.ScheduleTearDown();
        }

        RunBatch(_batch);
        NoteRead(count);
        Keep((int)input.Slice(consumed).Length);
        MakeRoom(count);
    }

    private void NoteRead(int count)
    {
        if (_naps is not null)
        {
            _naps.OnRead(Time.GetElapsedTime(0), count, Pump.Deliveries - _deliveriesBefore);
            _deliveriesBefore = Pump.Deliveries;
        }
    }

    private void NapIfDue()
    {
        if (_naps is not null && _naps.IsDue(TakeHasSpoken()))
        {
            Log.ReadNaps(Logger);
            OwnThread.Nap(NapRule.Nap);
        }
    }

    // What was not used yet moves to the front.
    private void Keep(int rest)
    {
        if (rest > 0 && rest < _filled)
        {
            Buffer.BlockCopy(_buffer, _filled - rest, _buffer, 0, rest);
        }

        _filled = rest;
    }

    private void MakeRoom(int count)
    {
        _shortReads = count < LeastRoom ? _shortReads + 1 : 0;
        if (_buffer.Length - _filled < LeastRoom)
        {
            Move(Math.Max(SlabPool.LargeSize, _filled * 2));
        }
        else if (_buffer.Length > SlabPool.SmallSize && _filled == 0 && _shortReads > ShortReadsToShrink)
        {
            Move(SlabPool.SmallSize);
        }
    }

    private void Move(int size)
    {
        byte[] block = SlabPool.Rent(size);
        _buffer.AsSpan(0, _filled).CopyTo(block);
        SlabPool.Return(_buffer);
        _buffer = block;
    }
}
