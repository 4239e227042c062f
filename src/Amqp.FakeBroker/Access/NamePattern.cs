using System.Text.RegularExpressions;

namespace Amqp.FakeBroker.Access;

/// <summary>
/// A regular expression of a permission or policy, found anywhere in a name; an empty one matches the empty name only.
/// Remembers its last answers, because the same few names are asked for again and again. No pattern takes for ever:
/// most are matched without going back, and of the rest (look-arounds, back-references) one that takes too long does
/// not match, as in RabbitMQ, whose matcher gives up after a number of steps.
/// </summary>
internal sealed class NamePattern
{
    /// <summary>Names are the peer's to choose, so the memory of answers is bounded.</summary>
    private const int RememberedNames = 512;

    /// <summary>A thousand times what a pattern takes that is not made to take for ever.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly Regex? _regex;
    private readonly Dictionary<string, bool> _answers = new(StringComparer.Ordinal);

    public NamePattern(string pattern)
    {
        Pattern = pattern;
        string text = pattern.Length == 0 ? "^$" : pattern;
        _regex = text is ".*" or "^.*$" or "^.*" ? null : Compile(text);
    }

    public string Pattern { get; }

    public bool IsMatch(string name)
    {
        if (_regex is null)
        {
            return true;
        }

        if (_answers.TryGetValue(name, out bool isMatch))
        {
            return isMatch;
        }

        isMatch = Find(_regex, name);
        if (_answers.Count >= RememberedNames)
        {
            _answers.Clear();
        }

        _answers.Add(name, isMatch);
        return isMatch;
    }

    private static Regex Compile(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, s_patience);
        }
        catch (NotSupportedException)
        {
            return new Regex(text, RegexOptions.CultureInvariant, s_patience);
        }
    }

    private static bool Find(Regex regex, string name)
    {
        try
        {
            return regex.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
