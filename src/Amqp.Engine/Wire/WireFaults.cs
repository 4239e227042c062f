using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

/// <summary>Builds the errors of the readers; kept away from them so that the fast paths stay small.</summary>
internal static class WireFaults
{
    /// <summary>Reports the reader's last fault, met in <paramref name="argument"/> of a method.</summary>
    public static bool Argument(in WireReader reader, MethodId method, string argument, out WireError error)
    {
        error = new WireError(
            ReplyCode.SyntaxError,
            $"{Describe(reader.Fault)} in {argument} of {method.Name()} at offset {reader.Consumed + 4}",
            method);
        return false;
    }

    /// <summary>Reports the reader's last fault, met in a content header's property.</summary>
    public static bool Property(in WireReader reader, string property, out WireError error)
    {
        error = new WireError(
            ReplyCode.SyntaxError,
            $"{Describe(reader.Fault)} in {property} of the basic properties at offset {reader.Consumed}");
        return false;
    }

    /// <summary>Reports bytes after a method's last argument.</summary>
    public static bool Trailing(in WireReader reader, MethodId method, out WireError error)
    {
        error = new WireError(
            ReplyCode.SyntaxError,
            $"{reader.Remaining} bytes too many after {method.Name()} at offset {reader.Consumed + 4}",
            method);
        return false;
    }

    /// <summary>Reports a payload that cannot hold the method that it should.</summary>
    public static bool NotThatMethod(int length, MethodId method, out WireError error)
    {
        error = new WireError(
            ReplyCode.SyntaxError,
            $"a payload of {length} bytes does not start with the ids of {method.Name()}",
            method);
        return false;
    }

    /// <summary>A syntax error without a method.</summary>
    public static bool Syntax(string text, out WireError error)
    {
        error = new WireError(ReplyCode.SyntaxError, text);
        return false;
    }

    private static string Describe(WireFault fault) =>
        fault == WireFault.InvalidUtf8 ? "invalid UTF-8" : "the bytes end";
}
