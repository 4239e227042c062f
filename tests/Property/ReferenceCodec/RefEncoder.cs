namespace Amqp.Property.ReferenceCodec;

/// <summary>Encodes the trees of <see cref="RefDecoder"/>; unchecked: it can also write what is not allowed.</summary>
public static class RefEncoder
{
    /// <summary>Frames one after another.</summary>
    public static byte[] Frames(IEnumerable<RefFrame> frames) => [.. frames.SelectMany(Frame)];

    /// <summary>One frame, its end octet included.</summary>
    public static byte[] Frame(RefFrame frame) =>
    [
        (byte)frame.Type, .. Number((ulong)frame.Channel, 2),
        .. Number((ulong)frame.Payload.Length, 4), .. frame.Payload, 0xCE,
    ];

    /// <summary>A method payload.</summary>
    public static byte[] Method(RefMethod method) =>
    [
        .. Number((ulong)method.Spec.ClassId, 2), .. Number((ulong)method.Spec.MethodId, 2), .. Arguments(method.Args),
    ];

    /// <summary>A content header payload.</summary>
    public static byte[] Header(RefHeader header) =>
        [.. Number((ulong)header.ClassId, 2), 0, 0, .. Number(header.BodySize, 8), .. Properties(header.Properties)];

    /// <summary>Property flags and values; the properties are in the listing's order.</summary>
    public static byte[] Properties(IReadOnlyList<RefArg> properties)
    {
        ulong flags = 0;
        for (var i = 0; i < RefSpec.Properties.Count; i++)
        {
            if (properties.Any(p => p.Field.Name == RefSpec.Properties[i].Name))
            {
                flags |= 1UL << (15 - i);
            }
        }

        return [.. Number(flags, 2), .. Arguments(properties)];
    }

    /// <summary>A table's entries, without the length in front.</summary>
    public static byte[] Table(IEnumerable<RefEntry> entries) =>
        [.. entries.SelectMany(e => (byte[])[(byte)e.Key.Length, .. e.Key, .. Value(e.Value)])];

    private static List<byte> Arguments(IReadOnlyList<RefArg> args)
    {
        var bytes = new List<byte>();
        var bitsUsed = 8;
        foreach (RefArg arg in args)
        {
            if (arg.Field.Type != "bit")
            {
                bitsUsed = 8;
                bytes.AddRange(Argument(arg));
                continue;
            }

            if (bitsUsed == 8)
            {
                bytes.Add(0);
                bitsUsed = 0;
            }

            if ((bool)arg.Value)
            {
                bytes[^1] |= (byte)(1 << bitsUsed);
            }

            bitsUsed++;
        }

        return bytes;
    }

    private static byte[] Argument(RefArg arg) => arg.Field.Type switch
    {
        "octet" => Number((ulong)arg.Value, 1),
        "short" => Number((ulong)arg.Value, 2),
        "long" => Number((ulong)arg.Value, 4),
        "longlong" => Number((ulong)arg.Value, 8),
        "shortstr" => [(byte)((byte[])arg.Value).Length, .. (byte[])arg.Value],
        "longstr" => Long((byte[])arg.Value),
        "table" => Long(Table((IReadOnlyList<RefEntry>)arg.Value)),
        _ => throw new InvalidOperationException($"the listing names a type {arg.Field.Type}"),
    };

    private static byte[] Value(RefValue value)
    {
        byte[] content = value.Tag switch
        {
            't' or 'b' or 'B' => Number((ulong)value.Content!, 1),
            's' or 'u' => Number((ulong)value.Content!, 2),
            'I' or 'i' or 'f' => Number((ulong)value.Content!, 4),
            'l' or 'L' or 'd' or 'T' => Number((ulong)value.Content!, 8),
            'D' => Number((ulong)value.Content!, 5),
            'S' or 'x' => Long((byte[])value.Content!),
            'A' => Long([.. ((IReadOnlyList<RefValue>)value.Content!).SelectMany(Value)]),
            'F' => Long(Table((IReadOnlyList<RefEntry>)value.Content!)),
            'V' => [],
            _ => throw new InvalidOperationException($"no type octet {value.Tag}"),
        };
        return [(byte)value.Tag, .. content];
    }

    private static byte[] Long(byte[] content) => [.. Number((ulong)content.Length, 4), .. content];

    private static byte[] Number(ulong value, int octets)
    {
        var bytes = new byte[octets];
        for (int i = octets - 1; i >= 0; i--)
        {
            bytes[i] = (byte)(value % 256);
            value /= 256;
        }

        return bytes;
    }
}
