using System.Buffers;
using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>Puts the bytes of a trace together into frames.</summary>
public static class FrameList
{
    /// <summary>The frames of a run, by when they were sent.</summary>
    /// <param name="trace">The run.</param>
    /// <returns>The frames that were sent as a whole, and the bytes that are no frame as what they are.</returns>
    public static ImmutableArray<TraceFrame> Of(SimTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var streams = new SortedDictionary<(int Connection, LinkDirection Direction), FrameStream>();
        foreach ((int order, TraceEvent each) in trace.Events.Index())
        {
            if (each.Kind is not (TraceKind.Sent or TraceKind.Received))
            {
                continue;
            }

            bool isToBroker = (each.Lane == TraceLane.Client) == (each.Kind == TraceKind.Sent);
            var key = (each.Connection, isToBroker ? LinkDirection.ToBroker : LinkDirection.ToClient);
            if (!streams.TryGetValue(key, out FrameStream? stream))
            {
                streams.Add(key, stream = new FrameStream(key.Connection, key.Item2));
            }

            if (each.Kind == TraceKind.Sent)
            {
                stream.Send(each.At, each.Bytes, order);
            }
            else
            {
                stream.Receive(each.At, each.Bytes.Length);
            }
        }

        return [.. streams.Values.SelectMany(static stream => stream.Frames()).OrderBy(static frame => frame.Order)];
    }

    private sealed class FrameStream(int connection, LinkDirection direction)
    {
        private const int ProtocolHeaderLength = 8;

        private readonly List<byte> _pending = [];
        private readonly List<(long End, MonoTime At, string Name, string Detail, int Length, int Order)> _sent = [];
        private readonly List<(long End, MonoTime At)> _arrived = [];
        private long _sentBytes;
        private long _parsedBytes;
        private bool _isBroken;
        private int _order;

        public void Send(MonoTime at, ReadOnlyMemory<byte> bytes, int order)
        {
            _order = order;
            _pending.AddRange(bytes.Span);
            _sentBytes += bytes.Length;
            TakeProtocolHeader(at);
            TakeFrames(at);
        }

        public void Receive(MonoTime at, int count) =>
            _arrived.Add(((_arrived.Count == 0 ? 0 : _arrived[^1].End) + count, at));

        public IEnumerable<TraceFrame> Frames()
        {
            int next = 0;
            foreach (var (end, at, name, detail, length, order) in _sent)
            {
                while (next < _arrived.Count && _arrived[next].End < end)
                {
                    next++;
                }

                MonoTime arrived = next < _arrived.Count ? _arrived[next].At : MonoTime.Never;
                yield return new TraceFrame(connection, direction, at, arrived, name, detail, length) { Order = order };
            }
        }

        private void TakeProtocolHeader(MonoTime at)
        {
            if (_parsedBytes > 0 || _pending.Count < ProtocolHeaderLength || _pending[0] != (byte)'A')
            {
                return;
            }

            Take(at, ProtocolHeaderLength, "protocol header", FormattableString.Invariant(
                $"AMQP {_pending[5]}-{_pending[6]}-{_pending[7]}"));
        }

        private void TakeFrames(MonoTime at)
        {
            while (!_isBroken && _pending.Count > 0 && !(_parsedBytes == 0 && _pending[0] == (byte)'A'))
            {
                byte[] bytes = [.. _pending];
                var reader = new FrameReader(new ReadOnlySequence<byte>(bytes), int.MaxValue - ProtocolHeaderLength);
                FrameReadStatus status = reader.TryRead(out Frame frame);
                if (status == FrameReadStatus.NeedMoreData)
                {
                    return;
                }

                if (status == FrameReadStatus.Malformed)
                {
                    _isBroken = true;
                    Take(at, bytes.Length, "no frame", OneLine.Of($"{FrameText.Preview(bytes)} ({reader.Error})"));
                    return;
                }

                (string name, string detail) = FrameText.Of(frame);
                Take(at, ProtocolHeaderLength + frame.Length, name, detail);
            }
        }

        private void Take(MonoTime at, int length, string name, string detail)
        {
            _pending.RemoveRange(0, length);
            _parsedBytes += length;
            _sent.Add((_parsedBytes, at, name, detail, length, _order));
        }
    }
}
