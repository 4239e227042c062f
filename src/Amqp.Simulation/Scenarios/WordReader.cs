using System.Globalization;
using System.Text;

namespace Amqp.Simulation.Scenarios;

/// <summary>The words of one line. A word with spaces, or an empty one, stands in quotation marks; what follows a # is
/// a remark.</summary>
internal sealed class WordReader
{
    private readonly List<string> _words = [];
    private int _next;

    public WordReader(string line)
    {
        int at = 0;
        while (at < line.Length && line[at] != '#')
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            Column = _words.Count == 0 ? at + 1 : Column;
            _words.Add(line[at] == '"' ? Quoted(line, ref at) : Plain(line, ref at));
        }
    }

    /// <summary>Where the first word begins, from 1.</summary>
    public int Column { get; } = 1;

    public bool IsEmpty => _words.Count == 0;

    public static string Write(string word)
    {
        if (word.Length > 0 && word.All(static c => !char.IsWhiteSpace(c) && c is not ('"' or '#')))
        {
            return word;
        }

        string inside = word.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{inside}\"";
    }

    /// <summary>The next word.</summary>
    /// <param name="what">What it is to be, for the message when it is missing.</param>
    public string Next(string what) => _next < _words.Count
        ? _words[_next++]
        : throw new FormatException($"{what} is missing");

    public TimeSpan Time() => DurationText.Parse(Next("a time"));

    public int Number(string what)
    {
        string word = Next(what);
        return int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"{what} is a number, not '{word}'");
    }

    /// <summary>A number from 0 on.</summary>
    public int Count(string what)
    {
        int number = Number(what);
        return number >= 0 ? number : throw new FormatException($"{what} must not be negative");
    }

    /// <summary>Takes the next word if it is this one.</summary>
    public bool Has(string word)
    {
        bool has = _next < _words.Count && _words[_next] == word;
        _next += has ? 1 : 0;
        return has;
    }

    public bool HasMore => _next < _words.Count;

    public string[] Rest()
    {
        string[] rest = [.. _words.Skip(_next)];
        _next = _words.Count;
        return rest;
    }

    public void RequireEnd()
    {
        if (HasMore)
        {
            throw new FormatException($"'{_words[_next]}' is too much");
        }
    }

    private static string Plain(string line, ref int at)
    {
        int start = at;
        while (at < line.Length && !char.IsWhiteSpace(line[at]) && line[at] != '#')
        {
            at++;
        }

        return line[start..at];
    }

    private static string Quoted(string line, ref int at)
    {
        var word = new StringBuilder();
        for (at++; at < line.Length && line[at] != '"'; at++)
        {
            at += line[at] == '\\' && at + 1 < line.Length ? 1 : 0;
            word.Append(line[at]);
        }

        return at++ < line.Length ? word.ToString() : throw new FormatException("a quotation mark is missing");
    }
}
