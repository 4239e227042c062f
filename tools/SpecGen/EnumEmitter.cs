namespace SpecGen;

/// <summary>Makes the enumerations and what is known of their members.</summary>
internal static class EnumEmitter
{
    /// <summary>FrameType.</summary>
    public static string FrameType(SpecTable table)
    {
        var code = new CodeWriter(table);
        code.Summary("The type octet of a frame, AMQP 0-9-1 §4.2.3.");
        code.Open("public enum FrameType : byte");
        for (int i = 0; i < table.Frames.Count; i++)
        {
            FrameSpec frame = table.Frames[i];
            Separate(code, i);
            code.Summary($"A {frame.Name} frame.");
            code.Line($"{Names.Pascal(frame.Name)} = {frame.Id},");
        }

        code.Close();
        return code.ToString();
    }

    /// <summary>ReplyCode.</summary>
    public static string ReplyCode(SpecTable table)
    {
        var code = new CodeWriter(table);
        code.Summary("Reply codes, AMQP 0-9-1 §1.2.");
        code.Open("public enum ReplyCode : ushort");
        for (int i = 0; i < table.Replies.Count; i++)
        {
            ReplySpec reply = table.Replies[i];
            Separate(code, i);
            string closes = reply.Closes == "none" ? "" : $" Closes the {reply.Closes}.";
            code.Summary(reply.Meaning + closes);
            code.Line($"{Names.Pascal(reply.Name)} = {reply.Code},");
        }

        code.Close();
        return code.ToString();
    }

    /// <summary>ReplyCodeNames.</summary>
    public static string ReplyCodeNames(SpecTable table)
    {
        var code = new CodeWriter(table, "System.Globalization");
        code.Summary("The protocol's names of reply codes. Thread-safe.");
        code.Open("public static class ReplyCodeNames");
        code.Summary("The name as RabbitMQ writes it, NOT_FOUND, or the number of an unknown code.");
        code.Line("/// <param name=\"code\">The code.</param>");
        code.Open("public static string Name(this ReplyCode code) => code switch");
        foreach (ReplySpec reply in table.Replies)
        {
            string name = reply.Name.Replace('-', '_').ToUpperInvariant();
            code.Line($"ReplyCode.{Names.Pascal(reply.Name)} => \"{name}\",");
        }

        code.Line("_ => ((ushort)code).ToString(CultureInfo.InvariantCulture),");
        code.Close("};");
        code.Line();
        code.Summary("Whether an exception of that code closes the whole connection; unknown codes do.");
        code.Line("/// <param name=\"code\">The code.</param>");
        IEnumerable<string> soft = table.Replies
            .Where(r => r.Closes != "connection")
            .Select(r => "ReplyCode." + Names.Pascal(r.Name));
        code.Line("public static bool ClosesConnection(this ReplyCode code) => code is not (");
        code.Inner(string.Join("\n        or ", soft) + ");");
        code.Close();
        return code.ToString();
    }

    /// <summary>MethodId.</summary>
    public static string MethodId(SpecTable table)
    {
        var code = new CodeWriter(table);
        code.Summary(
            "Every method: class in the upper 16 bits, method in the lower, as in the first 4 bytes on the wire.");
        code.Open("public enum MethodId : uint");
        int i = 0;
        foreach (MethodSpec method in table.Methods)
        {
            Separate(code, i++);
            code.Summary($"{method.FullName} ({method.Class.Id}, {method.Id}), {method.Source}.");
            code.Line($"{method.Pascal} = ({method.Class.Id}u << 16) | {method.Id},");
        }

        code.Close();
        return code.ToString();
    }

    /// <summary>MethodIdExtensions.</summary>
    public static string MethodIdExtensions(SpecTable table)
    {
        var code = new CodeWriter(table);
        code.Summary("What is known of methods by their ids. Thread-safe.");
        code.Open("public static class MethodIdExtensions");
        Head(code, "The class's number.");
        code.Line("public static ushort ClassId(this MethodId id) => (ushort)((uint)id >> 16);");
        code.Line();
        Head(code, "The method's number within its class.");
        code.Line("public static ushort MethodNumber(this MethodId id) => (ushort)((uint)id & 0xFFFF);");
        code.Line();
        Head(code, "The name, basic.deliver, or the numbers of an unknown method.");
        code.Open("public static string Name(this MethodId id) => id switch");
        foreach (MethodSpec method in table.Methods)
        {
            code.Line($"MethodId.{method.Pascal} => \"{method.FullName}\",");
        }

        code.Line("_ => $\"{id.ClassId()}.{id.MethodNumber()}\",");
        code.Close("};");
        code.Line();
        Head(code, "Whether a content header and body follow.");
        Membership(code, "HasContent(this MethodId id)", table.Methods.Where(m => m.HasContent));
        code.Line();
        Head(code, "Whether it is a request that is answered, unless it says no-wait.");
        Membership(code, "IsSynchronous(this MethodId id)", table.Methods.Where(m => m.Replies.Count > 0));
        code.Line();
        Replies(code, table);
        code.Line();
        code.Summary("Whether there is such a method.");
        code.Line("/// <param name=\"id\">Class and method, as in the first 4 bytes on the wire.</param>");
        code.Line("public static bool IsKnown(uint id) => (MethodId)id is");
        code.Inner(string.Join("\n        or ", table.Methods.Select(m => "MethodId." + m.Pascal)) + ";");
        code.Close();
        return code.ToString();
    }

    private static void Replies(CodeWriter code, SpecTable table)
    {
        code.Summary("Whether one method answers the other.");
        code.Line("/// <param name=\"request\">The request.</param>");
        code.Line("/// <param name=\"reply\">What may answer it.</param>");
        code.Open("public static bool IsReply(this MethodId request, MethodId reply) => request switch");
        foreach (MethodSpec method in table.Methods.Where(m => m.Replies.Count > 0))
        {
            IEnumerable<string> replies = method.Replies
                .Select(r => "MethodId." + method.Class.Pascal + Names.Pascal(r));
            code.Line($"MethodId.{method.Pascal} => reply is {string.Join(" or ", replies)},");
        }

        code.Line("_ => false,");
        code.Close("};");
    }

    private static void Membership(CodeWriter code, string signature, IEnumerable<MethodSpec> methods)
    {
        code.Line($"public static bool {signature} => id is");
        code.Inner(string.Join("\n        or ", methods.Select(m => "MethodId." + m.Pascal)) + ";");
    }

    private static void Head(CodeWriter code, string summary)
    {
        code.Summary(summary);
        code.Line("/// <param name=\"id\">The method.</param>");
    }

    private static void Separate(CodeWriter code, int index)
    {
        if (index > 0)
        {
            code.Line();
        }
    }
}
