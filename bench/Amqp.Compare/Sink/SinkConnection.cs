using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Amqp.Compare.Sink;

/// <summary>One accepted socket: reads frames, checks them, answers. Driven by <see cref="SinkServer"/>'s only
/// thread.</summary>
internal sealed partial class SinkConnection(Socket socket, Func<SinkTotals> takeTotals, SinkTotals totals)
{
    private const int FrameMax = 131072;
    private const int FloodBatchBytes = 256 * 1024;

    private readonly SinkOutput _output = new();
    private readonly Dictionary<ushort, SinkChannel> _channels = [];
    private readonly Queue<SinkChannel> _flooding = new();
    private readonly byte[] _input = new byte[512 * 1024];
    private SinkChannel? _recent;
    private int _start;
    private int _end;
    private bool _greeted;
    private bool _opened;
    private bool _closing;

    /// <summary>The socket.</summary>
    public Socket Socket => socket;

    /// <summary>Whether bytes wait for the socket to take them.</summary>
    public bool WantsWrite => _output.Length > 0;

    /// <summary>Reads what there is, answers it, and sends. False when the connection is over.</summary>
    public bool OnReadable()
    {
        while (true)
        {
            if (_input.Length - _end < FrameMax + 8)
            {
                _input.AsSpan(_start, _end - _start).CopyTo(_input);
                (_start, _end) = (0, _end - _start);
            }

            var count = socket.Receive(_input.AsSpan(_end), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success || count == 0)
            {
                return End();
            }

            totals.Reads++;
            _end += count;
            if (!Parse())
            {
                return End();
            }

            ConfirmChunk();
            if (!Pump())
            {
                return End();
            }
        }
    }

    /// <summary>Sends what waited and floods on. False when the connection is over.</summary>
    public bool OnWritable() => Pump() || End();

    private bool End()
    {
        if (_opened && !_closing)
        {
            totals.ConnectionsDropped++;
        }

        return false;
    }

    // Fill, send, fill again: until the socket is full, the prefetch is spent, or there is nothing to say.
    private bool Pump()
    {
        while (true)
        {
            Flood();
            if (_output.Length == 0)
            {
                return !_closing;
            }

            var sent = socket.Send(_output.Pending, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success)
            {
                return false;
            }

            _output.Advance(sent);
        }
    }

    // Every consumer that may have more gets a message in turn, as from a broker's queues.
    private void Flood()
    {
        while (_output.Length < FloodBatchBytes && _flooding.TryDequeue(out var channel))
        {
            do
            {
                SendFlooded(channel);
            }
            while (_flooding.Count == 0 && channel.MayFlood && _output.Length < FloodBatchBytes);
            channel.IsFlooding = false;
            FloodLater(channel);
        }
    }

    private void FloodLater(SinkChannel channel)
    {
        if (!channel.IsFlooding && channel.MayFlood)
        {
            channel.IsFlooding = true;
            _flooding.Enqueue(channel);
        }
    }

    private void SendFlooded(SinkChannel channel)
    {
        if (!channel.MayFlood)
        {
            return; // cancelled or closed since
        }

        var message = _output.Take(channel.Template.Length);
        channel.Template.CopyTo(message);
        channel.LastTag++;
        BinaryPrimitives.WriteUInt64BigEndian(message[channel.TemplateTagOffset..], channel.LastTag);
        totals.Delivered++;
    }

    // One multiple ack for all that one read brought, as a broker under load does.
    private void ConfirmChunk()
    {
        if (_recent is { Confirms: true } channel && channel.ConfirmedSequence < channel.PublishSequence)
        {
            totals.Confirmed += (long)(channel.PublishSequence - channel.ConfirmedSequence);
            channel.ConfirmedSequence = channel.PublishSequence;
            _output.ConfirmUpTo(channel.Number, channel.ConfirmedSequence);
        }
    }

    private bool Parse()
    {
        if (!_greeted && !Greet())
        {
            return !_closing;
        }

        // A frame: octet type | short channel | long size | payload | octet 0xCE
        while (_end - _start >= 7)
        {
            var bytes = _input.AsSpan(_start, _end - _start);
            var size = BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]);
            if (size > FrameMax - 8)
            {
                return Violation($"a frame of {size} bytes of payload");
            }

            if (bytes.Length < size + 8)
            {
                break;
            }

            if (bytes[(int)size + 7] != 0xCE)
            {
                return Violation("a frame without its end octet");
            }

            var channel = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
            if (!OnFrame(bytes[0], channel, bytes.Slice(7, (int)size)))
            {
                return false;
            }

            _start += (int)size + 8;
        }

        if (_start == _end)
        {
            _start = _end = 0;
        }

        return true;
    }

    // A client opens with the protocol header; the orchestrator asks for the totals with TAKE on the same port.
    private bool Greet()
    {
        if (_end - _start >= 4 && _input.AsSpan(_start, 4).SequenceEqual("TAKE"u8))
        {
            var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(takeTotals()) + "\n");
            line.CopyTo(_output.Take(line.Length));
            (_greeted, _start) = (true, _end);
            return true;
        }

        if (_end - _start < 8)
        {
            return false;
        }

        if (!_input.AsSpan(_start, 8).SequenceEqual("AMQP\0\0\x09\x01"u8))
        {
            _closing = true;
            return Violation("a protocol header that is not 0-9-1's");
        }

        _start += 8;
        _greeted = true;
        SendStart();
        return true;
    }

    private bool Violation(string text)
    {
        totals.Violate(text);
        return false;
    }
}
