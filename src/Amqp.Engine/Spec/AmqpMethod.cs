using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Spec;

// method payload, AMQP 0-9-1 §4.2.4
//   0            2             4
// ┌────────────┬─────────────┬───────────────────────────────────────────────┐
// │ class (2)  │ method (2)  │ arguments in order; adjacent bits share octets │
// └────────────┴─────────────┴───────────────────────────────────────────────┘

/// <summary>
/// A method of the protocol with its arguments: one sealed record for each. Immutable, with value equality, therefore
/// thread-safe. <see cref="object.ToString"/> shows the arguments, but never a secret.
/// </summary>
public abstract partial record AmqpMethod
{
    private const int IdLength = 4;

    private protected AmqpMethod()
    {
    }

    /// <summary>Class and method.</summary>
    public abstract MethodId Id { get; }

    /// <summary>The payload's length in bytes, the 4 bytes of ids included.</summary>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes; the exception names it.</exception>
    public abstract int PayloadLength { get; }

    /// <summary>Whether the method says that it wants no reply.</summary>
    public virtual bool HasNoWait => false;

    /// <summary>Writes ids and arguments.</summary>
    /// <param name="writer">Where to; needs room for <see cref="PayloadLength"/> bytes.</param>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes.</exception>
    public abstract void WritePayload(ref WireWriter writer);

    /// <summary>Reads the payload of a method frame, to its last byte.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="limits">How large tables may be.</param>
    /// <param name="method">The method, or null.</param>
    /// <param name="error">What was wrong: 503 for an unknown method, else 502.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> payload,
        AmqpLimits limits,
        [NotNullWhen(true)] out AmqpMethod? method,
        out WireError error)
    {
        ArgumentNullException.ThrowIfNull(limits);
        method = null;
        if (!TryReadId(payload, out MethodId id, out error))
        {
            return false;
        }

        var reader = new WireReader(payload[IdLength..]);
        if (!TryReadArguments(id, ref reader, limits, out AmqpMethod? read, out error) || read is null)
        {
            return false;
        }

        if (reader.Remaining > 0)
        {
            return WireFaults.Trailing(in reader, id, out error);
        }

        method = read;
        return true;
    }

    /// <summary>Reads only the ids of a method frame, to choose between a view and a record.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="id">The method; when the result is true, a known one.</param>
    /// <param name="error">What was wrong: 503 for an unknown method, 502 for fewer than 4 bytes.</param>
    public static bool TryReadId(ReadOnlySpan<byte> payload, out MethodId id, out WireError error)
    {
        id = 0;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(payload, out uint value))
        {
            return WireFaults.Syntax($"a method frame of {payload.Length} bytes is too short for its ids", out error);
        }

        id = (MethodId)value;
        if (!MethodIdExtensions.IsKnown(value))
        {
            error = new WireError(
                ReplyCode.CommandInvalid,
                $"unknown method {value & 0xFFFF} of class {value >> 16}",
                id);
            return false;
        }

        error = default;
        return true;
    }

    /// <summary>Prints the arguments; the base class has none.</summary>
    /// <param name="builder">Where to.</param>
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}
