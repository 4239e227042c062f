using System.Globalization;

namespace Amqp.Compare;

/// <summary>The little parsing of `--name value` and `--flag` that the sub-commands need; an unknown name is an
/// error.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Parses; throws <see cref="ArgumentException"/> naming what it cannot place.</summary>
    public CommandLine(ReadOnlySpan<string> args, string[] named, string[] flags)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (flags.Contains(args[i]))
            {
                _values[args[i]] = "true";
            }
            else if (named.Contains(args[i]) && i + 1 < args.Length)
            {
                _values[args[i]] = args[++i];
            }
            else
            {
                var known = string.Join(' ', [.. named, .. flags]);
                throw new ArgumentException($"Cannot place the argument '{args[i]}'. Known: {known}");
            }
        }
    }

    /// <summary>Whether a flag or a value was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value, or the fallback.</summary>
    public string Text(string name, string fallback) => _values.GetValueOrDefault(name, fallback);

    /// <summary>The value as a whole number, or the fallback.</summary>
    public long Number(string name, long fallback) =>
        _values.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : fallback;

    /// <summary>The value as seconds, or the fallback.</summary>
    public double Seconds(string name, double fallback) =>
        _values.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
