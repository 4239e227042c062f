using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SpecGen;

/// <summary>Reads the table; its head describes the format.</summary>
internal sealed class SpecParser
{
    private readonly SpecTable _table;
    private ClassSpec? _class;
    private List<ArgumentSpec>? _arguments;

    private SpecParser(string hash) => _table = new SpecTable { Hash = hash };

    /// <summary>Reads the table from the text of its file; the way its lines end does not matter.</summary>
    public static SpecTable Parse(string text)
    {
        string normal = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(normal)));
        var parser = new SpecParser(hash);
        string[] lines = normal.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            try
            {
                parser.Line(lines[i]);
            }
            catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException)
            {
                throw new FormatException($"line {i + 1}: {e.Message}", e);
            }
        }

        parser._table.Validate();
        return parser._table;
    }

    private void Line(string line)
    {
        string trimmed = line.Trim();
        if (trimmed.Length == 0 || trimmed[0] == '#')
        {
            return;
        }

        string[] halves = trimmed.Split(" | ", 2);
        string[] words = halves[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string meaning = halves.Length > 1 ? halves[1].Trim() : "";
        switch (line.Length - line.TrimStart().Length)
        {
            case 0:
                Top(words, meaning);
                break;
            case 2:
                Member(words, meaning);
                break;
            case 4:
                List<ArgumentSpec> arguments = _arguments ?? throw new FormatException("arguments without a method");
                arguments.AddRange(words.Select(Argument));
                break;
            default:
                throw new FormatException("indent by 0, 2 or 4");
        }
    }

    private void Top(string[] words, string meaning)
    {
        switch (words[0])
        {
            case "frame":
                _table.Frames.Add(new FrameSpec(Number(words[1]), words[2]));
                break;
            case "reply":
                _table.Replies.Add(new ReplySpec(Number(words[1]), words[2], words[3], meaning));
                break;
            case "term":
                _table.Terms.Add(words[1], meaning);
                break;
            case "class":
                _class = new ClassSpec(Number(words[1]), words[2], words[3], meaning);
                _table.Classes.Add(_class);
                break;
            default:
                throw new FormatException($"unknown word {words[0]}");
        }
    }

    private void Member(string[] words, string meaning)
    {
        ClassSpec current = _class ?? throw new FormatException("a member without a class");
        if (words[0] == "properties")
        {
            current.PropertiesMeaning = meaning;
            _arguments = current.Properties;
            return;
        }

        var method = new MethodSpec(current, Number(words[0]), words[1], meaning);
        for (int i = 2; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "content":
                    method.HasContent = true;
                    break;
                case "view":
                    method.HasView = true;
                    break;
                case "->":
                    method.Replies.AddRange(words[++i].Split(','));
                    break;
                default:
                    method.Section = Number(words[i]).ToString(CultureInfo.InvariantCulture);
                    break;
            }
        }

        current.Methods.Add(method);
        _arguments = method.Arguments;
    }

    private static ArgumentSpec Argument(string word)
    {
        bool isSecret = word.EndsWith('!');
        string[] parts = word.TrimEnd('!').Split(':', 2);
        string[] typeAndDefault = parts[1].Split('=', 2);
        string value = typeAndDefault.Length > 1 ? typeAndDefault[1] : "";
        return new ArgumentSpec(parts[0], typeAndDefault[0], value, isSecret);
    }

    private static int Number(string word) => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
