using System.Buffers.Binary;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Faults;

/// <summary>
/// Follows the frames of one direction and says at which offset each <see cref="ProtocolPlace"/> lies. Pure; the
/// simulator's links and the broker's hosts share it. Not thread-safe.
/// </summary>
/// <remarks>
/// It must be started at the border of a frame (or at the protocol header). A message whose method passed before that
/// is not seen.
/// </remarks>
public sealed class PlaceScanner
{
    //   0      1         3             7                  size+7     size+8
    //   | type | channel |    size     |  |  payload   |  | frame-end |
    private const int HeaderLength = 7;
    private const int LeadLength = HeaderLength + 4;
    private const int ProtocolHeaderLength = 8;

    private readonly List<(CutAtPlace Cut, int Seen)> _places = [];
    private readonly Dictionary<ushort, List<CutAtPlace>> _contents = [];
    private readonly Dictionary<ushort, long> _bodyLeft = [];
    private readonly byte[] _lead = new byte[LeadLength + 16];
    private int _leadFilled;
    private long _frameStart;
    private long _frameLeft;
    private bool _isFrameRead;

    /// <summary>How many bytes were scanned.</summary>
    public long Offset { get; private set; }

    /// <summary>True when no place is looked for.</summary>
    public bool IsEmpty => _places.Count == 0 && _contents.Count == 0;

    /// <summary>Looks for a place from here on.</summary>
    /// <param name="cut">The cut and its place.</param>
    public void Add(CutAtPlace cut)
    {
        ArgumentNullException.ThrowIfNull(cut);
        _places.Add((cut, 0));
    }

    /// <summary>Scans more of the stream.</summary>
    /// <param name="bytes">What follows on the bytes scanned before.</param>
    /// <param name="found">
    /// Receives the places that are now known, with the offset, counted from the first byte scanned, at which each
    /// lies: at times a few bytes back, when a frame's header had been scanned by itself.
    /// </param>
    public void Scan(ReadOnlySpan<byte> bytes, List<(long Offset, CutAtPlace Cut)> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        while (!bytes.IsEmpty)
        {
            int used = _isFrameRead ? (int)Math.Min(_frameLeft, bytes.Length) : ReadLead(bytes, found);
            bytes = bytes[used..];
            Offset += used;
            if (_isFrameRead && (_frameLeft -= used) <= 0)
            {
                _isFrameRead = false;
                _leadFilled = 0;
                _frameStart = Offset;
            }
        }
    }

    /// <summary>Gathers the beginning of a frame; once it is whole, what is left of the frame is known.</summary>
    private int ReadLead(ReadOnlySpan<byte> bytes, List<(long Offset, CutAtPlace Cut)> found)
    {
        int wanted = WantedLead();
        int used = Math.Min(wanted - _leadFilled, bytes.Length);
        bytes[..used].CopyTo(_lead.AsSpan(_leadFilled));
        _leadFilled += used;
        if (_leadFilled < wanted || (wanted = WantedLead()) > _leadFilled)
        {
            return used;
        }

        long whole = IsProtocolHeader() ? ProtocolHeaderLength : HeaderLength + 1L + PayloadSize();
        _isFrameRead = true;

        // Scan subtracts what this call used, so that it is not counted twice.
        _frameLeft = whole - _leadFilled + used;
        if (!IsProtocolHeader())
        {
            OnFrame(whole, found);
        }

        return used;
    }

    private int WantedLead()
    {
        if (_leadFilled < HeaderLength)
        {
            return HeaderLength;
        }

        if (IsProtocolHeader())
        {
            return ProtocolHeaderLength;
        }

        // The ids of a method; class, weight and body size of a content header.
        uint size = PayloadSize();
        return HeaderLength + (_lead[0] switch
        {
            (byte)FrameType.Method => (int)Math.Min(size, 4),
            (byte)FrameType.Header => (int)Math.Min(size, 12),
            _ => 0,
        });
    }

    private bool IsProtocolHeader() => _lead.AsSpan(0, 4).SequenceEqual("AMQP"u8);

    private uint PayloadSize() => BinaryPrimitives.ReadUInt32BigEndian(_lead.AsSpan(3));

    private void OnFrame(long whole, List<(long Offset, CutAtPlace Cut)> found)
    {
        ushort channel = BinaryPrimitives.ReadUInt16BigEndian(_lead.AsSpan(1));
        switch (_lead[0])
        {
            case (byte)FrameType.Method when _leadFilled >= LeadLength:
                uint id = BinaryPrimitives.ReadUInt32BigEndian(_lead.AsSpan(HeaderLength));
                OnMethod(channel, (MethodId)id, whole, found);
                break;
            case (byte)FrameType.Header when _leadFilled >= HeaderLength + 12:
                long size = BinaryPrimitives.ReadInt64BigEndian(_lead.AsSpan(HeaderLength + 4));
                OnHeader(channel, size, whole, found);
                break;
            case (byte)FrameType.Body:
                OnBody(channel, whole, found);
                break;
        }
    }

    private void OnMethod(ushort channel, MethodId method, long whole, List<(long Offset, CutAtPlace Cut)> found)
    {
        _contents.Remove(channel);
        for (int i = 0; i < _places.Count; i++)
        {
            (CutAtPlace cut, int seen) = _places[i];
            if (cut.Place.Method != method)
            {
                continue;
            }

            _places[i] = (cut, ++seen);
            if (seen < cut.Place.Occurrence)
            {
                continue;
            }

            _places.RemoveAt(i--);
            if (cut.Place.Part == PlacePart.Before)
            {
                found.Add((_frameStart, cut));
            }
            else if (cut.Place.Part == PlacePart.Method)
            {
                found.Add((_frameStart + (whole / 2), cut));
            }
            else if (!method.HasContent())
            {
                found.Add((_frameStart + whole, cut));
            }
            else
            {
                Await(channel, cut);
            }
        }
    }

    private void OnHeader(ushort channel, long bodySize, long whole, List<(long Offset, CutAtPlace Cut)> found)
    {
        _bodyLeft[channel] = bodySize;
        Settle(channel, found, PlacePart.Header, whole, isLast: bodySize == 0);
    }

    private void OnBody(ushort channel, long whole, List<(long Offset, CutAtPlace Cut)> found)
    {
        long left = _bodyLeft.GetValueOrDefault(channel) - (whole - HeaderLength - 1);
        _bodyLeft[channel] = left;
        Settle(channel, found, PlacePart.Body, whole, isLast: left <= 0);
    }

    private void Await(ushort channel, CutAtPlace cut)
    {
        if (!_contents.TryGetValue(channel, out List<CutAtPlace>? waiting))
        {
            _contents.Add(channel, waiting = []);
        }

        waiting.Add(cut);
    }

    /// <summary>Finds what waits for this frame of a content: its middle, or its end if nothing follows it.</summary>
    private void Settle(
        ushort channel, List<(long Offset, CutAtPlace Cut)> found, PlacePart part, long whole, bool isLast)
    {
        if (!_contents.TryGetValue(channel, out List<CutAtPlace>? waiting))
        {
            return;
        }

        for (int i = 0; i < waiting.Count; i++)
        {
            bool isInside = waiting[i].Place.Part == part;
            if (isInside || isLast)
            {
                found.Add((_frameStart + (isInside ? whole / 2 : whole), waiting[i]));
                waiting.RemoveAt(i--);
            }
        }

        if (waiting.Count == 0)
        {
            _contents.Remove(channel);
        }
    }
}
