using System.Buffers;
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
    public bool TryRead(out AmqpEvent e)
    {
        while (!_session.TryTakeEvent(out e))
        {
            if (!_session.ProcessNextFrame(ref _frames, in _input))
            {
                if (!_input.IsEmpty)
                {
                    SequencePosition consumed = Consumed;
                    _session.EndDrain(consumed.Equals(_input.End) ? 0 : _input.Slice(consumed).Length);
                }

                return _session.TryTakeEvent(out e);
            }
        }

        return true;
    }
}
