using System.Text.RegularExpressions;

namespace Amqp.FakeBroker.Access;

/// <summary>
/// A regular expression of a permission or policy, found anywhere in a name; an empty one matches the empty name only.
/// Remembers its last answers, because the same few names are asked for again and again.
/// </summary>
internal sealed class NamePattern
{
    /// <summary>Names are the peer's to choose, so the memory of answers is bounded.</summary>
    private const int RememberedNames = 512;

    private readonly Regex? _regex;
    private readonly Dictionary<string, bool> _answers = new(StringComparer.Ordinal);

    public NamePattern(string pattern)
    {
        Pattern = pattern;
        string text = pattern.Length == 0 ? "^$" : pattern;
        _regex = text is ".*" or "^.*$" or "^.*" ? null : new Regex(text, RegexOptions.CultureInvariant);
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

        isMatch = _regex.IsMatch(name);
        if (_answers.Count >= RememberedNames)
        {
            _answers.Clear();
        }

        _answers.Add(name, isMatch);
        return isMatch;
    }
}
