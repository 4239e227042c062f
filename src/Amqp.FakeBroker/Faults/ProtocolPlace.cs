using System.Globalization;
using System.Text.RegularExpressions;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Faults;

/// <summary>
/// A place in a connection's stream in terms of the protocol, such as "in the body of the third basic.publish".
/// Immutable, safe to share. Its text form is read by <see cref="Parse"/> and written by <see cref="ToString"/>.
/// </summary>
/// <param name="Method">The method; the direction follows from who sends it.</param>
/// <param name="Occurrence">
/// Which one of its kind, from 1, counted over all channels from when the fault was set.
/// </param>
/// <param name="Part">Which part of it.</param>
public sealed partial record ProtocolPlace(MethodId Method, int Occurrence, PlacePart Part)
{
    private static readonly string[] s_ordinals =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

    /// <summary>
    /// The direction in which the method travels. connection.close, channel.close, their replies and the
    /// acknowledgements go both ways: they count where <see cref="IsFromBroker"/> says.
    /// </summary>
    public LinkDirection Direction => FromBroker(Method) ? LinkDirection.ToClient : LinkDirection.ToBroker;

    /// <summary>
    /// True for a method that both sides send, when the broker's is meant ("the broker's basic.ack").
    /// </summary>
    public bool IsFromBroker { get; init; }

    /// <summary>
    /// Reads "before|in|after the N METHOD" or "in the header|body of the N METHOD", where N is first to tenth or a
    /// number with its ending (1st, 22nd) or left out for the first, and METHOD is as in "basic.publish", with
    /// "broker's" or "client's" before it where both sides send it.
    /// </summary>
    /// <param name="text">The place in words.</param>
    /// <returns>The place.</returns>
    /// <exception cref="FormatException">The text is none of these; the message says what is wrong.</exception>
    public static ProtocolPlace Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Match match = Words().Match(text.Trim());
        if (!match.Success)
        {
            throw new FormatException(
                $"'{text}' is not a place: write something like 'in the body of the third basic.publish'");
        }

        PlacePart part = match.Groups["where"].Value.ToLowerInvariant() switch
        {
            "before" => PlacePart.Before,
            "after" => PlacePart.After,
            "in" => PlacePart.Method,
            string other => other.Contains("header", StringComparison.Ordinal) ? PlacePart.Header : PlacePart.Body,
        };
        string name = match.Groups["method"].Value.ToLowerInvariant();
        if (!TryFindMethod(name, out MethodId method))
        {
            throw new FormatException($"there is no method '{name}'");
        }

        if (part is PlacePart.Header or PlacePart.Body && !method.HasContent())
        {
            throw new FormatException($"{name} carries no content, so there is no place in its header or body");
        }

        bool fromBroker = match.Groups["side"].Value.StartsWith("broker", StringComparison.OrdinalIgnoreCase);
        return new ProtocolPlace(method, ParseOrdinal(match.Groups["nth"].Value), part) { IsFromBroker = fromBroker };
    }

    /// <summary>The place in words, which <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        string where = Part switch
        {
            PlacePart.Before => "before",
            PlacePart.After => "after",
            PlacePart.Method => "in",
            PlacePart.Header => "in the header of",
            _ => "in the body of",
        };
        string side = IsBothWays(Method) ? IsFromBroker ? "broker's " : "client's " : "";
        return $"{where} the {Ordinal(Occurrence)} {side}{Method.Name()}";
    }

    private static int ParseOrdinal(string word)
    {
        if (word.Length == 0)
        {
            return 1;
        }

        int index = Array.IndexOf(s_ordinals, word.ToLowerInvariant());
        if (index >= 0)
        {
            return index + 1;
        }

        ReadOnlySpan<char> digits = word.AsSpan().TrimEnd("stndrhSTNDRH");
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new FormatException($"'{word}' is not a number from first on");
    }

    private static string Ordinal(int number) => number <= s_ordinals.Length
        ? s_ordinals[number - 1]
        : string.Create(CultureInfo.InvariantCulture, $"{number}{(number % 100 is 11 or 12 or 13 ? "th"
            : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" })}");

    private static bool TryFindMethod(string name, out MethodId method)
    {
        foreach (MethodId id in Enum.GetValues<MethodId>())
        {
            if (id.Name() == name)
            {
                method = id;
                return true;
            }
        }

        method = 0;
        return false;
    }

    private static bool IsBothWays(MethodId method) => method is MethodId.ConnectionClose or MethodId.ConnectionCloseOk
        or MethodId.ChannelClose or MethodId.ChannelCloseOk or MethodId.ChannelFlow or MethodId.ChannelFlowOk
        or MethodId.BasicAck or MethodId.BasicNack or MethodId.BasicCancel or MethodId.BasicCancelOk;

    private bool FromBroker(MethodId method) => IsBothWays(method)
        ? IsFromBroker
        : method is MethodId.ConnectionStart or MethodId.ConnectionSecure or MethodId.ConnectionTune
            or MethodId.ConnectionBlocked or MethodId.ConnectionUnblocked
            or MethodId.BasicReturn or MethodId.BasicDeliver or MethodId.BasicGetOk or MethodId.BasicGetEmpty
            || (method.Name().EndsWith("-ok", StringComparison.Ordinal)
                && method is not MethodId.ConnectionStartOk and not MethodId.ConnectionSecureOk
                    and not MethodId.ConnectionTuneOk);

    [GeneratedRegex(
        @"^(?<where>before|after|in the (middle of the )?(header|body) of|in)\s+(the\s+)?"
            + @"((?<nth>[a-z]+|\d+(st|nd|rd|th)?)\s+)??((?<side>(broker|client)('s)?)\s+)?(?<method>[a-z]+\.[a-z-]+)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
