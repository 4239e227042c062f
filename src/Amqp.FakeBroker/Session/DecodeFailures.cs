using System.Buffers.Binary;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <summary>Tells apart why a method could not be read, which the reader's one error code does not.</summary>
internal static class DecodeFailures
{
    public static DecodeFailure Classify(ReadOnlySpan<byte> payload, in WireError error)
    {
        uint id = BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (error.Code == ReplyCode.CommandInvalid || !MethodIdExtensions.IsKnown(id))
        {
            return DecodeFailure.Crash;
        }

        ReadOnlySpan<byte> arguments = payload[4..];
        return (MethodId)id switch
        {
            // short strings before the bits, bits, table
            MethodId.QueueDeclare => Walk(arguments, 2, 1, 1),
            MethodId.QueueBind => Walk(arguments, 2, 3, 1),
            MethodId.QueueUnbind => Walk(arguments, 2, 3, 0),
            MethodId.ExchangeDeclare => Walk(arguments, 2, 2, 1),
            MethodId.ExchangeBind or MethodId.ExchangeUnbind => Walk(arguments, 2, 3, 1),
            MethodId.BasicConsume => Walk(arguments, 2, 2, 1),
            _ when error.Text.Contains("UTF-8", StringComparison.Ordinal) => DecodeFailure.ShortStringText,
            _ => DecodeFailure.Arguments,
        };
    }

    /// <summary>
    /// Checks the lengths only: fixed octets, short strings, fixed octets, one table that must end the payload.
    /// </summary>
    private static DecodeFailure Walk(ReadOnlySpan<byte> arguments, int lead, int shortStrings, int bits)
    {
        bool isText = true;
        int at = lead;
        for (int i = 0; i < shortStrings; i++)
        {
            if (at >= arguments.Length || at + 1 + arguments[at] > arguments.Length)
            {
                return DecodeFailure.Arguments;
            }

            isText &= System.Text.Unicode.Utf8.IsValid(arguments.Slice(at + 1, arguments[at]));
            at += 1 + arguments[at];
        }

        at += bits;
        if (at + 4 > arguments.Length
            || BinaryPrimitives.ReadUInt32BigEndian(arguments[at..]) != (uint)(arguments.Length - at - 4))
        {
            return DecodeFailure.Arguments;
        }

        return isText ? DecodeFailure.Crash : DecodeFailure.ShortStringText;
    }
}
