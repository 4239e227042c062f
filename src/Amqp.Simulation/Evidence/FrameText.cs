using System.Buffers;
using System.Globalization;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Simulation.Evidence;

/// <summary>A frame in words.</summary>
internal static class FrameText
{
    private const int LongestPreview = 60;

    public static (string Name, string Detail) Of(in Frame frame)
    {
        byte[] payload = frame.Payload.ToArray();
        string channel = string.Create(CultureInfo.InvariantCulture, $"ch={frame.Channel}");
        return frame.Type switch
        {
            FrameType.Method => OfMethod(payload, channel),
            FrameType.Header => ("header", OneLine.Of($"{channel} {OfHeader(payload)}")),
            FrameType.Body => ("body", OneLine.Of(string.Create(
                CultureInfo.InvariantCulture, $"{channel} {payload.Length} bytes: {Preview(payload)}"))),
            FrameType.Heartbeat => ("heartbeat", channel),
            _ => ("frame", channel),
        };
    }

    /// <summary>Text where the bytes are text, otherwise hexadecimal; cut short.</summary>
    public static string Preview(ReadOnlySpan<byte> bytes)
    {
        bool isText = !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, isText ? LongestPreview : LongestPreview / 2)];
        string shown = isText ? $"\"{Encoding.ASCII.GetString(head)}\"" : Convert.ToHexString(head);
        return head.Length < bytes.Length ? shown + "..." : shown;
    }

    private static (string Name, string Detail) OfMethod(byte[] payload, string channel)
    {
        if (!AmqpMethod.TryReadId(payload, out MethodId id, out WireError error))
        {
            return ("unknown method", OneLine.Of($"{channel} {error}"));
        }

        return AmqpMethod.TryRead(payload, AmqpLimits.Default, out AmqpMethod? method, out error)
            ? (id.Name(), OneLine.Of($"{channel} {Members(method.ToString())}"))
            : (id.Name(), OneLine.Of($"{channel} malformed: {error}"));
    }

    private static string OfHeader(byte[] payload)
    {
        if (!ContentHeader.TryRead(
            payload, out _, out ulong size, out ReadOnlySpan<byte> raw, out WireError error)
            || !BasicProperties.TryRead(raw, AmqpLimits.Default, out BasicProperties? properties, out error))
        {
            return $"malformed: {error}";
        }

        return string.Create(CultureInfo.InvariantCulture, $"body of {size} bytes, {Members(properties.ToString())}");
    }

    // "BasicPublish { Exchange = , RoutingKey = q }" is shown without the name, which stands before it already.
    private static string Members(string record)
    {
        int open = record.IndexOf('{', StringComparison.Ordinal);
        return open < 0 ? record : record[open..];
    }
}
