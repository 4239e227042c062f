namespace SpecGen;

/// <summary>Makes the record of a content header's properties.</summary>
internal static class PropertiesEmitter
{
    /// <summary>The record, its length, its writer and its reader.</summary>
    public static string Properties(SpecTable table, ClassSpec spec)
    {
        string name = spec.Pascal + "Properties";
        var code = new CodeWriter(
            table, "System.Diagnostics.CodeAnalysis", "System.Text", "Amqp.Engine.Base", "Amqp.Engine.Wire");
        code.Summary(
            $"{spec.PropertiesMeaning} Immutable, with value equality, therefore thread-safe. Null means absent.");
        code.Open($"public sealed record {name}");
        code.Line("private const int FlagsLength = 2;");
        code.Line();
        code.Summary("No properties.");
        code.Line($"public static {name} Empty {{ get; }} = new();");
        code.Line();
        foreach (ArgumentSpec property in spec.Properties)
        {
            code.Summary(table.Term(property.Name));
            code.Line($"public {property.ClrType}? {property.Pascal} {{ get; init; }}");
            code.Line();
        }

        Length(code, spec);
        code.Line();
        Write(code, spec);
        code.Line();
        Read(code, spec, name);
        code.Line();
        Print(code, spec);
        code.Close();
        return code.ToString();
    }

    private static void Length(CodeWriter code, ClassSpec spec)
    {
        code.Summary("The length of flags and values in bytes.");
        code.Line("/// <exception cref=\"ArgumentException\">A string is longer than 255 bytes of UTF-8.</exception>");
        code.Open("public int EncodedLength");
        code.Open("get");
        code.Line("int length = FlagsLength;");
        foreach (ArgumentSpec property in spec.Properties)
        {
            string size = property.Type switch
            {
                "shortstr" => $"WireSize.ShortString({property.Pascal}, nameof({property.Pascal}))",
                "table" => $"4 + {property.Pascal}.EncodedLength",
                _ => $"{property.FixedLength}",
            };
            code.Line($"length += {property.Pascal} is null ? 0 : {size};");
        }

        code.Line("return length;");
        code.Close();
        code.Close();
    }

    private static void Write(CodeWriter code, ClassSpec spec)
    {
        code.Summary("Writes flags and values.");
        code.Line("/// <param name=\"writer\">Where to; needs room for EncodedLength bytes.</param>");
        code.Line("/// <exception cref=\"ArgumentException\">A string is longer than 255 bytes of UTF-8.</exception>");
        code.Open("public void Write(ref WireWriter writer)");
        code.Line("int start = writer.Written;");
        code.Line("int flags = 0;");
        code.Line("writer.WriteShort(0);");
        for (int i = 0; i < spec.Properties.Count; i++)
        {
            ArgumentSpec property = spec.Properties[i];
            bool isReference = property.Type is "shortstr" or "table";
            string variable = isReference ? property.Pascal : $"{property.Pascal}.GetValueOrDefault()";
            code.Line($"if ({property.Pascal} is not null)");
            code.Line("{");
            code.Inner($"flags |= 1 << {15 - i};");
            code.Inner($"writer.Write{property.WireName}({variable});");
            code.Line("}");
            code.Line();
        }

        code.Line("writer.PatchShort(start, (ushort)flags);");
        code.Close();
    }

    private static void Read(CodeWriter code, ClassSpec spec, string name)
    {
        int reserved = 16 - spec.Properties.Count;
        code.Summary("Reads flags and values, to the last byte. Bit 0 of the flags would announce more flags, which "
            + "class basic does not have, and is refused; other reserved bits are ignored.");
        code.Line("/// <param name=\"flagsAndValues\">What a content header has after its first 12 bytes.</param>");
        code.Line("/// <param name=\"limits\">How large tables may be.</param>");
        code.Line("/// <param name=\"properties\">The properties, or null.</param>");
        code.Line("/// <param name=\"error\">What was wrong; 502.</param>");
        code.Line("public static bool TryRead(");
        code.Inner("ReadOnlySpan<byte> flagsAndValues,");
        code.Inner("AmqpLimits limits,");
        code.Inner($"[NotNullWhen(true)] out {name}? properties,");
        code.Inner("out WireError error)");
        code.Line("{");
        code.Inner("ArgumentNullException.ThrowIfNull(limits);");
        code.Inner("properties = null;");
        code.Inner("var reader = new WireReader(flagsAndValues);");
        code.Inner("if (!reader.TryReadShort(out ushort flags))");
        code.Inner("{");
        code.Inner("    return WireFaults.Property(in reader, \"flags\", out error);");
        code.Inner("}");
        code.Line();
        code.Inner("if ((flags & 1) != 0)");
        code.Inner("{");
        code.Inner("    return WireFaults.Syntax(");
        code.Inner("        \"the basic properties announce more than one word of flags\",");
        code.Inner("        out error);");
        code.Inner("}");
        code.Line();
        for (int i = 0; i < spec.Properties.Count; i++)
        {
            ReadOne(code, spec.Properties[i], 1 << (15 - i));
        }

        code.Inner("if (reader.Remaining > 0)");
        code.Inner("{");
        code.Inner("    return WireFaults.Syntax(");
        code.Inner("        $\"{reader.Remaining} bytes too many after the basic properties at \"");
        code.Inner("        + $\"offset {reader.Consumed}\",");
        code.Inner("        out error);");
        code.Inner("}");
        code.Line();
        code.Inner("error = default;");
        code.Inner($"properties = flags >> {reserved} == 0 ? Empty : new {name}");
        code.Inner("{");
        foreach (ArgumentSpec property in spec.Properties)
        {
            code.Inner($"    {property.Pascal} = {property.Local},");
        }

        code.Inner("};");
        code.Inner("return true;");
        code.Line("}");
    }

    // Only what is present: an absent property is no news, and a length could throw.
    private static void Print(CodeWriter code, ClassSpec spec)
    {
        code.Open("private bool PrintMembers(StringBuilder builder)");
        code.Line("int start = builder.Length;");
        foreach (ArgumentSpec property in spec.Properties)
        {
            code.Line($"Print(builder, start, nameof({property.Pascal}), {property.Pascal});");
        }

        code.Line("return builder.Length > start;");
        code.Close();
        code.Line();
        code.Open("private static void Print<T>(StringBuilder builder, int start, string name, T value)");
        code.Open("if (value is not null)");
        code.Line("builder.Append(builder.Length > start ? \", \" : \"\").Append(name).Append(\" = \").Append(value);");
        code.Close();
        code.Close();
    }

    private static void ReadOne(CodeWriter code, ArgumentSpec property, int flag)
    {
        string local = property.Local;
        code.Inner($"{property.ClrType}? {local} = null;");
        code.Inner($"if ((flags & 0x{flag:X4}) != 0)");
        code.Inner("{");
        if (property.Type == "table")
        {
            code.Inner($"    if (!reader.TryReadLongString(out ReadOnlySpan<byte> {local}Body))");
        }
        else
        {
            code.Inner($"    if (!reader.TryRead{property.WireName}(out {property.ClrType} {local}Value))");
        }

        code.Inner("    {");
        code.Inner($"        return WireFaults.Property(in reader, \"{property.Name}\", out error);");
        code.Inner("    }");
        code.Line();
        if (property.Type == "table")
        {
            code.Inner($"    if (!FieldTable.TryRead({local}Body, limits, out {local}, out error))");
            code.Inner("    {");
            code.Inner($"        error = error with {{ Text = error.Text + \" in {property.Name}\" }};");
            code.Inner("        return false;");
            code.Inner("    }");
        }
        else
        {
            code.Inner($"    {local} = {local}Value;");
        }

        code.Inner("}");
        code.Line();
    }
}
