namespace Amqp.FakeBroker.Http;

/// <summary>A method and a path: words that must be there, and names in braces that take what is there.</summary>
internal sealed class Route
{
    private readonly string[] _segments;

    public Route(string method, string path, Func<ApiRequest, ApiResult> handler)
    {
        Method = method;
        Path = path;
        Handler = handler;
        _segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    public string Method { get; }

    public string Path { get; }

    public Func<ApiRequest, ApiResult> Handler { get; }

    /// <summary>What the body may hold, under /sim.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>What the query may hold, under /sim.</summary>
    public IReadOnlyList<string> Queries { get; init; } = [];

    public int Length => _segments.Length;

    /// <summary>How many words are fixed: of two routes that fit, the one with more of them is meant.</summary>
    public int FixedCount => _segments.Count(static segment => segment[0] != '{');

    public bool IsMatch(ReadOnlySpan<string> path)
    {
        if (path.Length != _segments.Length)
        {
            return false;
        }

        for (int i = 0; i < path.Length; i++)
        {
            if (_segments[i][0] != '{' && _segments[i] != path[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What stands in the path where the route has a name in braces; null when it has no such name.</summary>
    public string? Value(ReadOnlySpan<string> path, string name)
    {
        for (int i = 0; i < _segments.Length; i++)
        {
            if (_segments[i].Length == name.Length + 2 && _segments[i].AsSpan(1, name.Length).SequenceEqual(name))
            {
                return path[i];
            }
        }

        return null;
    }
}
