using System.Buffers;
using System.Runtime.CompilerServices;
using Amqp.Engine.Session;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Events;

/// <summary>The events of one input. Read it to its end before the next input, then release what it consumed.</summary>
public ref struct EventScope
{
    private readonly AmqpSession _session;
    private readonly ReadOnlySequence<byte> _input;
    private FrameReader _frames;

    internal EventScope(AmqpSession session, in ReadOnlySequence<byte> input, int maxPayloadSize)
    {
        _session = session;
        _input = input;
        _frames = new FrameReader(input, maxPayloadSize);
    }

    /// <summary>Everything before this was used and may be released; the rest must be given again with more behind it.
    /// Meaningful once <see cref="TryRead"/> has returned false.</summary>
    public readonly SequencePosition Consumed =>
        _session.State == ConnectionState.Closed ? _input.End : _frames.Consumed;

    /// <summary>Everything before this was looked at: only more bytes make progress.</summary>
    public readonly SequencePosition Examined => _input.End;

    /// <summary>Reads the next event.</summary>
    /// <param name="e">A view that is valid until the next call.</param>
    /// <returns>False when the input holds no further event.</returns>
    public bool TryRead(out AmqpEvent e) => _session.TryTakeEvent(out e) || TryReadFrames(out e);

    // Apart, so that a loop over events stays small enough for the compiler to inline what it reads from each.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadFrames(out AmqpEvent e)
    {
        do
        {
            _session.SendDueCalls();
            if (!_session.ProcessNextFrame(ref _frames, in _input))
            {
                if (!_input.IsEmpty)
                {
                    _session.EndDrain(_session.State == ConnectionState.Closed ? 0 : _frames.Unread);
                }

                return _session.TryTakeEvent(out e);
            }
        }
        while (!_session.TryTakeEvent(out e));

        return true;
    }
}
