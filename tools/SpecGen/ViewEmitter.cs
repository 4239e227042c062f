namespace SpecGen;

/// <summary>Makes the readers that do not allocate.</summary>
internal static class ViewEmitter
{
    /// <summary>One view for each method that the table marks.</summary>
    public static string Views(SpecTable table)
    {
        var code = new CodeWriter(table, "System.Buffers.Binary", "Amqp.Engine.Wire");
        bool isFirst = true;
        foreach (MethodSpec method in table.Methods.Where(m => m.HasView))
        {
            if (!isFirst)
            {
                code.Line();
            }

            isFirst = false;
            View(code, table, method);
        }

        return code.ToString();
    }

    private static void View(CodeWriter code, SpecTable table, MethodSpec method)
    {
        string view = method.Pascal + "View";
        code.Summary($"{method.FullName} ({method.Class.Id}, {method.Id}) read in place, {method.Source}. Allocates "
            + "nothing; valid as long as the payload. Strings are valid UTF-8.");
        code.Open($"public readonly ref struct {view}");
        foreach (ArgumentSpec argument in method.Arguments)
        {
            code.Summary(table.Term(argument.Name));
            string type = argument.Type == "shortstr" ? "ReadOnlySpan<byte>" : argument.ClrType;
            code.Line($"public {type} {argument.Pascal} {{ get; private init; }}");
            code.Line();
        }

        code.Summary("Reads a payload that starts with the ids, to its last byte.");
        code.Line("/// <param name=\"payload\">The payload of a method frame.</param>");
        code.Line("/// <param name=\"view\">The arguments.</param>");
        code.Line("/// <param name=\"error\">What was wrong; 502.</param>");
        code.Open($"public static bool TryRead(ReadOnlySpan<byte> payload, out {view} view, out WireError error)");
        code.Line("view = default;");
        code.Line("if (!BinaryPrimitives.TryReadUInt32BigEndian(payload, out uint id)");
        code.Inner($"|| id != (uint)Spec.MethodId.{method.Pascal})");
        code.Line("{");
        code.Inner($"return WireFaults.NotThatMethod(payload.Length, Spec.MethodId.{method.Pascal}, out error);");
        code.Line("}");
        code.Line();
        code.Line("var reader = new WireReader(payload[4..]);");
        MethodEmitter.ReadSteps(code, method, "", isView: true);
        code.Line("if (reader.Remaining > 0)");
        code.Line("{");
        code.Inner($"return WireFaults.Trailing(in reader, Spec.MethodId.{method.Pascal}, out error);");
        code.Line("}");
        code.Line();
        code.Line($"view = new {view}");
        code.Line("{");
        foreach (ArgumentSpec argument in method.Arguments)
        {
            code.Inner($"{argument.Pascal} = {MethodEmitter.Value(method, argument)},");
        }

        code.Line("};");
        code.Line("error = default;");
        code.Line("return true;");
        code.Close();
        code.Close();
    }
}
