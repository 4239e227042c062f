namespace Amqp.Property.ReferenceCodec;

/// <summary>Decodes AMQP 0-9-1 slowly and literally; it shares no code with the engine.</summary>
public static class RefDecoder
{
    /// <summary>Splits a byte string into frames (section 4.2.3): type, channel, size, payload, 0xCE.</summary>
    public static RefParse Frames(byte[] bytes, int maxPayload)
    {
        var frames = new List<RefFrame>();
        var at = 0;
        while (at < bytes.Length)
        {
            int type = bytes[at];
            if (type is not (1 or 2 or 3 or 8))
            {
                return new RefParse(frames, at, $"frame type {type} is unknown");
            }

            if (bytes.Length - at < 7)
            {
                break;
            }

            int channel = (bytes[at + 1] * 256) + bytes[at + 2];
            long size = (bytes[at + 3] * 16777216L) + (bytes[at + 4] * 65536L) + (bytes[at + 5] * 256L) + bytes[at + 6];
            if (size > maxPayload)
            {
                return new RefParse(frames, at, $"a payload of {size} octets is longer than {maxPayload}");
            }

            if (bytes.Length - at < size + 8)
            {
                break;
            }

            int end = at + 7 + (int)size;
            if (bytes[end] != 0xCE)
            {
                return new RefParse(frames, at, $"the frame ends with {bytes[end]:X2}");
            }

            frames.Add(new RefFrame(type, channel, bytes[(at + 7)..end]));
            at = end + 1;
        }

        return new RefParse(frames, at, null);
    }

    /// <summary>Decodes a method payload: class, method, arguments, nothing after them.</summary>
    /// <exception cref="RefException">It is not one.</exception>
    public static RefMethod Method(byte[] payload, RefLimits? limits = null)
    {
        var input = new RefInput(payload);
        var classId = (int)input.Number(2);
        var methodId = (int)input.Number(2);
        RefMethodSpec spec = RefSpec.Find(classId, methodId)
            ?? throw new RefException($"no method {classId}.{methodId}");
        List<RefArg> args = Arguments(input, spec.Fields, limits ?? RefLimits.Default);
        NothingLeft(input);
        return new RefMethod(spec, args);
    }

    /// <summary>Decodes a content header payload (section 4.2.6.1): class, weight 0, body size, properties.</summary>
    /// <exception cref="RefException">It is not one.</exception>
    public static RefHeader Header(byte[] payload, RefLimits? limits = null)
    {
        var input = new RefInput(payload);
        var classId = (int)input.Number(2);
        if (input.Number(2) != 0)
        {
            throw new RefException("the weight is not 0");
        }

        ulong bodySize = input.Number(8);
        if (classId != 60)
        {
            throw new RefException($"class {classId} has no content");
        }

        return new RefHeader(classId, bodySize, Properties(input, limits ?? RefLimits.Default));
    }

    /// <summary>Decodes property flags and values.</summary>
    /// <exception cref="RefException">They are not valid.</exception>
    public static IReadOnlyList<RefArg> Properties(byte[] flagsAndValues, RefLimits? limits = null) =>
        Properties(new RefInput(flagsAndValues), limits ?? RefLimits.Default);

    /// <summary>Decodes a table's entries, without the length in front.</summary>
    /// <exception cref="RefException">They are not valid.</exception>
    public static IReadOnlyList<RefEntry> Table(byte[] body, RefLimits? limits = null)
    {
        int entries = 0;
        return Entries(new RefInput(body), limits ?? RefLimits.Default, 1, ref entries);
    }

    private static List<RefArg> Properties(RefInput input, RefLimits limits)
    {
        ulong flags = input.Number(2);
        if ((flags & 1) != 0)
        {
            throw new RefException("class basic has one word of flags");
        }

        // Bit 1 means nothing; RabbitMQ ignores it, and so does the written policy.

        var present = RefSpec.Properties.Where((_, i) => (flags >> (15 - i) & 1) == 1).ToList();
        List<RefArg> values = Arguments(input, present, limits);
        NothingLeft(input);
        return values;
    }

    private static List<RefArg> Arguments(RefInput input, IReadOnlyList<RefField> fields, RefLimits limits)
    {
        var args = new List<RefArg>();
        var bits = 0;
        var bitsUsed = 8;
        foreach (RefField field in fields)
        {
            if (field.Type != "bit")
            {
                bitsUsed = 8; // bits share an octet only with their direct neighbours
                args.Add(new RefArg(field, Argument(input, field.Type, limits)));
                continue;
            }

            if (bitsUsed == 8)
            {
                bits = input.Octet();
                bitsUsed = 0;
            }

            args.Add(new RefArg(field, (bits >> bitsUsed & 1) == 1));
            bitsUsed++;
        }

        return args;
    }

    private static object Argument(RefInput input, string type, RefLimits limits)
    {
        var entries = 0;
        return type switch
        {
            "octet" => input.Number(1),
            "short" => input.Number(2),
            "long" => input.Number(4),
            "longlong" => input.Number(8),
            "shortstr" => input.ShortString(),
            "longstr" => input.LongString(),
            "table" => Entries(new RefInput(input.LongString()), limits, 1, ref entries),
            _ => throw new InvalidOperationException($"the listing names a type {type}"),
        };
    }

    private static List<RefEntry> Entries(RefInput input, RefLimits limits, int depth, ref int entries)
    {
        WithinDepth(limits, depth);
        var list = new List<RefEntry>();
        while (!input.AtEnd)
        {
            byte[] key = input.ShortString();
            list.Add(new RefEntry(key, Value(input, limits, depth, ref entries)));
        }

        return list;
    }

    private static List<RefValue> Items(RefInput input, RefLimits limits, int depth, ref int entries)
    {
        WithinDepth(limits, depth);
        var list = new List<RefValue>();
        while (!input.AtEnd)
        {
            list.Add(Value(input, limits, depth, ref entries));
        }

        return list;
    }

    private static RefValue Value(RefInput input, RefLimits limits, int depth, ref int entries)
    {
        if (++entries > limits.Entries)
        {
            throw new RefException($"more than {limits.Entries} values");
        }

        var tag = (char)input.Octet();
        return tag switch
        {
            't' => new RefValue(tag, input.Number(1) == 0 ? 0UL : 1UL),
            'b' or 'B' => new RefValue(tag, input.Number(1)),
            's' or 'u' => new RefValue(tag, input.Number(2)),
            'I' or 'i' or 'f' => new RefValue(tag, input.Number(4)),
            'l' or 'L' or 'd' or 'T' => new RefValue(tag, input.Number(8)),
            'D' => new RefValue(tag, input.Number(5)),
            'S' or 'x' => new RefValue(tag, input.LongString()),
            'A' => new RefValue(tag, Items(new RefInput(input.LongString()), limits, depth + 1, ref entries)),
            'F' => new RefValue(tag, Entries(new RefInput(input.LongString()), limits, depth + 1, ref entries)),
            'V' => new RefValue(tag, null),
            _ => throw new RefException($"type octet {(int)tag:X2} is unknown"),
        };
    }

    private static void WithinDepth(RefLimits limits, int depth)
    {
        if (depth > limits.Depth)
        {
            throw new RefException($"more than {limits.Depth} levels");
        }
    }

    private static void NothingLeft(RefInput input)
    {
        if (!input.AtEnd)
        {
            throw new RefException($"{input.Left} octets after the end");
        }
    }
}
