using System.Buffers;
using Amqp.FakeBroker.Faults;

namespace Amqp.FakeBroker.Hosting;

/// <content>
/// Cuts and freezes. All state is guarded by the broker's lock; what closes a stream runs outside it, by way of the
/// flush.
/// </content>
internal abstract partial class HostedConnection
{
    private CutWatch? _inbound;
    private CutWatch? _outbound;
    private bool _isInputLost;
    private bool _isOutputLost;
    private bool _isReset;
    private bool _isAbortWanted;
    private bool _isAbortDue;

    /// <summary>True while the stream stands still on the broker's side.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>True when the peer hears nothing any more, not even the end.</summary>
    private bool IsSilenced => _isOutputLost;

    private bool HasFaults =>
        IsFrozen || _isInputLost || _isOutputLost || _isAbortDue || _inbound is not null || _outbound is not null;

    /// <summary>Under the lock: stops reading and writing, or lets both go on.</summary>
    public void Freeze(bool isFrozen)
    {
        IsFrozen = isFrozen;
        Connection.IsFrozen = isFrozen;
        _broker.Touch(Connection);
    }

    /// <summary>Under the lock: sets a cut by byte or by place.</summary>
    public void Watch(Cut cut)
    {
        LinkDirection direction = cut switch
        {
            CutAtByte atByte => atByte.Direction,
            CutAtPlace atPlace => atPlace.Place.Direction,
            _ => throw new ArgumentException("not a cut in the stream", nameof(cut)),
        };
        if (direction == LinkDirection.ToBroker)
        {
            (_inbound ??= new CutWatch()).Add(cut);
        }
        else
        {
            (_outbound ??= new CutWatch()).Add(cut);
        }
    }

    /// <summary>Under the lock: cuts now. The caller settles the broker afterwards.</summary>
    public void CutNow(CutKind kind, LinkDirection direction)
    {
        _inbound = null;
        _outbound = null;
        IsFrozen = false;
        Connection.IsFrozen = false;
        switch (kind)
        {
            case CutKind.Fin:
                Connection.ReceiveEnd(_broker.Now);
                break;
            case CutKind.Reset:
                _isReset = true;
                _isAbortWanted = direction == LinkDirection.ToBroker;
                _isAbortDue = true;
                Connection.ReceiveEnd(_broker.Now);
                break;
            case CutKind.Silent:
                _isInputLost = true;
                _isOutputLost = true;
                break;
            case CutKind.SilentOneWay when direction == LinkDirection.ToBroker:
                _isInputLost = true;
                break;
            default:
                _isOutputLost = true;
                break;
        }

        _broker.Touch(Connection);
    }

    private SequencePosition ReceiveWithFaults(in ReadOnlySequence<byte> input)
    {
        if (IsFrozen)
        {
            return input.Start;
        }

        if (_isInputLost)
        {
            return input.End;
        }

        if (_inbound is not { } watch)
        {
            return Connection.Receive(input, _broker.Now);
        }

        long admitted = watch.Admit(input, out Cut? cut);
        SequencePosition consumed = Connection.Receive(input.Slice(0, admitted), _broker.Now);
        if (cut is null)
        {
            watch.Pass(input.Slice(0, consumed).Length);
            _inbound = watch.IsEmpty ? null : watch;
            return consumed;
        }

        _broker.Report(Connection, cut);
        CutNow(cut.Kind, LinkDirection.ToBroker);
        return input.End;
    }

    /// <summary>Takes what may be written; false when nothing may.</summary>
    private bool TakeWithFaults(ref ReadOnlyMemory<byte> octets)
    {
        if (_isAbortDue)
        {
            _isAbortWanted = true;
            return false;
        }

        if (IsFrozen || _output.Pending == 0)
        {
            return false;
        }

        ReadOnlyMemory<byte> taken = _output.TakePending();
        if (_isOutputLost)
        {
            return false;
        }

        octets = taken;
        if (_outbound is not { } watch)
        {
            return true;
        }

        int admitted = (int)watch.Admit(new ReadOnlySequence<byte>(taken), out Cut? cut);
        watch.Pass(admitted);
        octets = taken[..admitted];
        if (cut is null)
        {
            _outbound = watch.IsEmpty ? null : watch;
            return true;
        }

        _broker.Report(Connection, cut);
        CutNow(cut.Kind, LinkDirection.ToClient);

        // With nothing to send before the reset, it need not wait for the next turn.
        _isAbortWanted |= _isAbortDue && admitted == 0;
        return admitted > 0;
    }
}
