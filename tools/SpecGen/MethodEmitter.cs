namespace SpecGen;

/// <summary>Makes one record for each method of a class, and the switch that reads them.</summary>
internal static class MethodEmitter
{
    /// <summary>The records of one class.</summary>
    public static string Records(SpecTable table, ClassSpec spec)
    {
        var code = new CodeWriter(table, "System.Text", "Amqp.Engine.Base", "Amqp.Engine.Wire");
        bool isFirst = true;
        foreach (MethodSpec method in spec.Methods)
        {
            if (!isFirst)
            {
                code.Line();
            }

            isFirst = false;
            Record(code, table, method);
        }

        return code.ToString();
    }

    /// <summary>AmqpMethod.TryReadArguments.</summary>
    public static string Reader(SpecTable table)
    {
        var code = new CodeWriter(table, "Amqp.Engine.Base", "Amqp.Engine.Wire");
        code.Open("public abstract partial record AmqpMethod");
        code.Line("private static bool TryReadArguments(");
        code.Inner("MethodId id,");
        code.Inner("ref WireReader reader,");
        code.Inner("AmqpLimits limits,");
        code.Inner("out AmqpMethod? method,");
        code.Inner("out WireError error)");
        code.Line("{");
        code.Inner("switch (id)");
        code.Inner("{");
        foreach (MethodSpec method in table.Methods)
        {
            code.Inner($"    case MethodId.{method.Pascal}:");
            code.Inner($"        return {method.Pascal}.TryReadArguments(ref reader, limits, out method, out error);");
        }

        code.Inner("    default:");
        code.Inner("        method = null;");
        code.Inner("        return WireFaults.Syntax(\"unknown method\", out error);");
        code.Inner("}");
        code.Line("}");
        code.Close();
        return code.ToString();
    }

    private static void Record(CodeWriter code, SpecTable table, MethodSpec method)
    {
        code.Summary($"{method.FullName} ({method.Class.Id}, {method.Id}), {method.Source}. {method.Meaning}");
        code.Open($"public sealed record {method.Pascal} : AmqpMethod");
        foreach (ArgumentSpec argument in method.Arguments)
        {
            string secret = argument.IsSecret ? " Secret: never printed." : "";
            code.Summary(table.Term(argument.Name) + Limit(argument) + secret);
            code.Line($"public {argument.ClrType} {argument.Pascal} {{ get; init; }}{argument.Initializer}");
            code.Line();
        }

        code.Line("/// <inheritdoc/>");
        code.Line($"public override MethodId Id => Spec.MethodId.{method.Pascal};");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public override int PayloadLength => {Length(method)};");
        code.Line();
        if (method.Arguments.Any(a => a.Name == "no-wait"))
        {
            code.Line("/// <inheritdoc/>");
            code.Line("public override bool HasNoWait => NoWait;");
            code.Line();
        }

        Write(code, method);
        code.Line();
        Read(code, method);
        if (method.Arguments.Any(a => a.IsSecret))
        {
            code.Line();
            Print(code, method);
        }

        code.Close();
    }

    private static string Limit(ArgumentSpec argument) =>
        argument.Type == "shortstr" ? " At most 255 bytes of UTF-8." : "";

    private static string Length(MethodSpec method)
    {
        int fixedLength = 4 + Octets(method.Arguments).Count;
        var parts = new List<string>();
        foreach (ArgumentSpec argument in method.Arguments)
        {
            switch (argument.Type)
            {
                case "shortstr":
                    parts.Add($"WireSize.ShortString({argument.Pascal}, nameof({argument.Pascal}))");
                    break;
                case "longstr":
                    parts.Add($"{argument.Pascal}.Length");
                    fixedLength += argument.FixedLength;
                    break;
                case "table":
                    parts.Add($"{argument.Pascal}.EncodedLength");
                    fixedLength += argument.FixedLength;
                    break;
                default:
                    fixedLength += argument.FixedLength;
                    break;
            }
        }

        parts.Insert(0, $"{fixedLength}");
        return string.Join("\n        + ", parts);
    }

    // The groups of adjacent bits, eight to an octet, each with the index of its first argument.
    internal static List<(int First, List<ArgumentSpec> Bits)> Octets(List<ArgumentSpec> arguments)
    {
        var octets = new List<(int First, List<ArgumentSpec> Bits)>();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].IsBit)
            {
                continue;
            }

            bool continues = i > 0 && arguments[i - 1].IsBit && octets[^1].Bits.Count < 8;
            if (!continues)
            {
                octets.Add((i, []));
            }

            octets[^1].Bits.Add(arguments[i]);
        }

        return octets;
    }

    private static void Write(CodeWriter code, MethodSpec method)
    {
        code.Line("/// <inheritdoc/>");
        code.Open("public override void WritePayload(ref WireWriter writer)");
        code.Line($"writer.WriteLong({method.Value >> 16}u << 16 | {method.Value & 0xFFFF});");
        List<(int First, List<ArgumentSpec> Bits)> octets = Octets(method.Arguments);
        for (int i = 0; i < method.Arguments.Count; i++)
        {
            ArgumentSpec argument = method.Arguments[i];
            if (!argument.IsBit)
            {
                string span = argument.Type == "longstr" ? ".Span" : "";
                code.Line($"writer.Write{argument.WireName}({argument.Pascal}{span});");
                continue;
            }

            List<ArgumentSpec>? bits = octets.Find(o => o.First == i).Bits;
            if (bits is not null)
            {
                IEnumerable<string> terms = bits.Select((b, n) => $"({b.Pascal} ? {1 << n} : 0)");
                code.Line($"writer.WriteOctet((byte)({string.Join("\n            | ", terms)}));");
            }
        }

        code.Close();
    }

    private static void Read(CodeWriter code, MethodSpec method)
    {
        code.Line("internal static bool TryReadArguments(");
        code.Inner("ref WireReader reader,");
        code.Inner("AmqpLimits limits,");
        code.Inner("out AmqpMethod? method,");
        code.Inner("out WireError error)");
        code.Line("{");
        code.Inner("method = null;");
        ReadSteps(code, method, "    ", isView: false);
        code.Inner(method.Arguments.Count == 0 ? $"method = new {method.Pascal}();" : $"method = new {method.Pascal}");
        if (method.Arguments.Count > 0)
        {
            code.Inner("{");
            foreach (ArgumentSpec argument in method.Arguments)
            {
                code.Inner($"    {argument.Pascal} = {Value(method, argument)},");
            }

            code.Inner("};");
        }

        code.Inner("error = default;");
        code.Inner("return true;");
        code.Line("}");
    }

    /// <summary>The reads of all arguments into locals, each with its failure.</summary>
    internal static void ReadSteps(CodeWriter code, MethodSpec method, string indent, bool isView)
    {
        List<(int First, List<ArgumentSpec> Bits)> octets = Octets(method.Arguments);
        for (int i = 0; i < method.Arguments.Count; i++)
        {
            ArgumentSpec argument = method.Arguments[i];
            string call;
            if (argument.IsBit)
            {
                int octet = octets.FindIndex(o => o.First == i);
                if (octet < 0)
                {
                    continue;
                }

                call = $"reader.TryReadOctet(out byte bits{octet})";
            }
            else if (argument.Type == "table")
            {
                code.Line($"{indent}if (!FieldCodec.TryReadArgument(");
                code.Line($"{indent}    ref reader,");
                code.Line($"{indent}    limits,");
                code.Line($"{indent}    Spec.MethodId.{method.Pascal},");
                code.Line($"{indent}    \"{argument.Name}\",");
                code.Line($"{indent}    out FieldTable {argument.Local},");
                code.Line($"{indent}    out error))");
                code.Line($"{indent}{{");
                code.Line($"{indent}    return false;");
                code.Line($"{indent}}}");
                code.Line();
                continue;
            }
            else
            {
                bool isSpan = argument.Type == "longstr" || (isView && argument.Type == "shortstr");
                string type = isSpan ? "ReadOnlySpan<byte>" : argument.ClrType;
                call = $"reader.TryRead{argument.WireName}(out {type} {argument.Local})";
            }

            code.Line($"{indent}if (!{call})");
            code.Line($"{indent}{{");
            code.Line($"{indent}    return WireFaults.Argument(in reader, Spec.MethodId.{method.Pascal}, "
                + $"\"{argument.Name}\", out error);");
            code.Line($"{indent}}}");
            code.Line();
        }
    }

    /// <summary>An argument's value from the locals of <see cref="ReadSteps"/>.</summary>
    internal static string Value(MethodSpec method, ArgumentSpec argument)
    {
        if (argument.Type == "longstr")
        {
            return $"new LongString({argument.Local}.ToArray())";
        }

        if (!argument.IsBit)
        {
            return argument.Local;
        }

        List<(int First, List<ArgumentSpec> Bits)> octets = Octets(method.Arguments);
        int octet = octets.FindIndex(o => o.Bits.Contains(argument));
        return $"(bits{octet} & {1 << octets[octet].Bits.IndexOf(argument)}) != 0";
    }

    private static void Print(CodeWriter code, MethodSpec method)
    {
        code.Line("/// <summary>Prints the arguments, secrets as ***.</summary>");
        code.Line("/// <param name=\"builder\">Where to.</param>");
        code.Open("protected override bool PrintMembers(StringBuilder builder)");
        string separator = "";
        foreach (ArgumentSpec argument in method.Arguments)
        {
            string value = argument.IsSecret ? $".Append(\"{separator}{argument.Pascal} = ***\")"
                : $".Append(\"{separator}{argument.Pascal} = \").Append({argument.Pascal})";
            code.Line($"builder{value};");
            separator = ", ";
        }

        code.Line("return true;");
        code.Close();
    }
}
