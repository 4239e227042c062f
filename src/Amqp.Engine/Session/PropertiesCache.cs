using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

/// <summary>Reads content properties, and gives the same immutable object again while the bytes stay the same, as they
/// mostly do between the messages of one stream. Bounded to the last one.</summary>
internal sealed class PropertiesCache(AmqpLimits limits)
{
    private const int Longest = 512;

    private byte[] _lastBytes = [];
    private int _lastLength = -1;
    private BasicProperties _last = BasicProperties.Empty;

    public bool TryRead(ReadOnlySpan<byte> bytes, out BasicProperties properties, out WireError error)
    {
        if (bytes.Length == _lastLength && bytes.SequenceEqual(_lastBytes.AsSpan(0, _lastLength)))
        {
            properties = _last;
            error = default;
            return true;
        }

        if (!BasicProperties.TryRead(bytes, limits, out BasicProperties? read, out error))
        {
            properties = BasicProperties.Empty;
            return false;
        }

        properties = read;
        if (bytes.Length <= Longest)
        {
            if (bytes.Length > _lastBytes.Length)
            {
                // To the full length the second time, so that properties that grow do not allocate each time.
                _lastBytes = new byte[_lastBytes.Length == 0 ? Math.Max(bytes.Length, 64) : Longest];
            }

            bytes.CopyTo(_lastBytes);
            _lastLength = bytes.Length;
            _last = read;
        }

        return true;
    }
}
