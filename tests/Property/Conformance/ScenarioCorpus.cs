using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>The recorded scenarios, by the version of RabbitMQ they were recorded from.</summary>
internal static class ScenarioCorpus
{
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, Scenario>> Loaded = new();

    /// <summary>Every scenario of a version ("rabbitmq-3.10"), by "area/name", in the order of the files.</summary>
    public static IReadOnlyDictionary<string, Scenario> Of(string version) => Loaded.GetOrAdd(version, Load);

    private static Dictionary<string, Scenario> Load(string version)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Conformance", version);
        return Directory.EnumerateFiles(folder, "*.json")
            .Order(StringComparer.Ordinal)
            .SelectMany(Read)
            .ToDictionary(each => each.ToString(), StringComparer.Ordinal);
    }

    private static IEnumerable<Scenario> Read(string path)
    {
        var file = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var area = (string)file["area"]!;
        return
            from each in file["scenarios"]!.AsArray()
            let json = each!.AsObject()
            select new Scenario(area, (string)json["name"]!, json, Commands(file["setup"]), Commands(file["teardown"]));
    }

    private static string[][] Commands(JsonNode? node) =>
        [.. (node as JsonArray ?? []).Select(each => each!.AsArray().Select(word => (string)word!).ToArray())];
}
