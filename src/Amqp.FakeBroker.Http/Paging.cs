using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Amqp.FakeBroker.Http;

/// <summary>Lists, whole or in pages (?page=, ?page_size=, ?name=, ?use_regex=).</summary>
internal static class Paging
{
    private const int LargestPage = 500;

    public static ApiResult Page<T>(
        ApiRequest request, IReadOnlyList<T> items, Func<T, string> name, Func<T, JsonNode> show)
    {
        IReadOnlyList<T> filtered = items;
        if (request.Query("name") is { Length: > 0 } wanted)
        {
            Regex? pattern = request.QueryFlag("use_regex") ? Pattern(wanted) : null;
            filtered = pattern is not null
                ? [.. items.Where(item => pattern.IsMatch(name(item)))]
                : [.. items.Where(item => name(item).Contains(wanted, StringComparison.OrdinalIgnoreCase))];
        }

        if (request.Query("page") is not { } page)
        {
            return Shapes.List(filtered, show);
        }

        int number = Number(page, "page", int.MaxValue);
        int size = request.Query("page_size") is { } given ? Number(given, "page_size", LargestPage) : 100;
        int pages = Math.Max(1, (filtered.Count + size - 1) / size);
        if (number > pages)
        {
            throw new ApiException(400, "page_out_of_range", string.Create(
                CultureInfo.InvariantCulture,
                $"Page out of range, page: {number} page size: {size}, len: {filtered.Count}"));
        }

        JsonArray shown = Shapes.List(filtered.Skip((number - 1) * size).Take(size), show);
        return new JsonObject
        {
            ["filtered_count"] = filtered.Count,
            ["item_count"] = shown.Count,
            ["items"] = shown,
            ["page"] = number,
            ["page_count"] = pages,
            ["page_size"] = size,
            ["total_count"] = items.Count,
        };
    }

    // Without back-tracking, so that no pattern takes longer than its text.
    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw ApiException.BadRequest($"?name= is not a regular expression that can be used here: {e.Message}");
        }
    }

    private static int Number(string text, string what, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= 1 && number <= most
            ? number
            : throw ApiException.BadRequest(string.Create(
                CultureInfo.InvariantCulture, $"{what} must be a number from 1 to {most}"));
}
