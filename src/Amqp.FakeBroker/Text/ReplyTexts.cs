using System.Globalization;
using System.Text;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Text;

/// <summary>The words of RabbitMQ's closes, to the letter: client libraries and their users match on them.</summary>
internal static class ReplyTexts
{
    private const int MaxOctets = 255;

    public const string DefaultExchange = "operation not permitted on the default exchange";

    /// <summary>What RabbitMQ 4.3 says of a queue that is neither durable nor exclusive.</summary>
    public const string TransientQueuesDenied = "Feature `transient_nonexcl_queues` is deprecated.";

    public const string NoPreviousQueue = "no previously declared queue";

    /// <summary>
    /// "CODE_NAME - text", or the name alone where there is nothing more to say. Shortened to what a short string
    /// holds.
    /// </summary>
    public static string Compose(ReplyCode code, string text)
    {
        string whole = text.Length == 0
            ? ReplyCodeNames.Name(code)
            : $"{ReplyCodeNames.Name(code)} - {text}";
        if (Encoding.UTF8.GetByteCount(whole) <= MaxOctets)
        {
            return whole;
        }

        StringBuilder kept = new();
        int octets = 3;
        foreach (Rune rune in whole.EnumerateRunes())
        {
            octets += rune.Utf8SequenceLength;
            if (octets > MaxOctets)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.Append("...").ToString();
    }

    public static string Queue(string name, string virtualHost) => $"queue '{name}' in vhost '{virtualHost}'";

    public static string Exchange(string name, string virtualHost) => $"exchange '{name}' in vhost '{virtualHost}'";

    public static string Locked(string queue) =>
        $"cannot obtain exclusive access to locked {queue}. It could be originally declared on another connection or "
        + "the exclusive property value does not match that of the original declaration.";

    public static string Inequivalent(string argument, string shown, string received, string current) =>
        $"inequivalent arg '{argument}' for {shown}: received '{received}' but current is '{current}'";

    public static string Inequivalent(string argument, string shown, bool received, bool current) =>
        Inequivalent(argument, shown, received ? "true" : "false", current ? "true" : "false");

    public static string ReservedName(string kind, string name) =>
        $"{kind} name '{name}' contains reserved prefix 'amq.*'";

    public static string UnknownDeliveryTag(ulong tag) =>
        string.Create(CultureInfo.InvariantCulture, $"unknown delivery tag {tag}");

    public static string LoginRefused(string mechanism) =>
        $"Login was refused using authentication mechanism {mechanism}. For details see the broker logfile.";

    /// <summary>"type T, all octets = …", the lead of every text about a frame.</summary>
    public static string FrameLead(byte type, ReadOnlySpan<byte> payload) =>
        string.Create(CultureInfo.InvariantCulture, $"type {type}, all octets = {ErlangTerms.Binary(payload)}");
}
