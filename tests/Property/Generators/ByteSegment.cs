using System.Buffers;

namespace Amqp.Property.Generators;

/// <summary>A link of a sequence with given pieces.</summary>
internal sealed class ByteSegment : ReadOnlySequenceSegment<byte>
{
    public ByteSegment(ReadOnlyMemory<byte> memory, ByteSegment? before)
    {
        Memory = memory;
        RunningIndex = before is null ? 0 : before.RunningIndex + before.Memory.Length;
        if (before is not null)
        {
            before.Next = this;
        }
    }
}
