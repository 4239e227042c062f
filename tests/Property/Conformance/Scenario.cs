using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>One recorded scenario with the set-up of its area.</summary>
internal sealed record Scenario(
    string Area,
    string Name,
    JsonObject Json,
    IReadOnlyList<string[]> SetUp,
    IReadOnlyList<string[]> TearDown)
{
    /// <summary>Why a fake may differ; null when it may not.</summary>
    public string? Quirk => (string?)Json["quirk"];

    /// <summary>True when acknowledgements to publishers are compared as sets of tags.</summary>
    public bool ExpandsConfirms => (string?)Json["confirms"] == "expand";

    public IReadOnlyList<JsonObject> Steps { get; } = [.. Json["steps"]!.AsArray().Select(each => each!.AsObject())];

    /// <summary>The same with what came as what is expected.</summary>
    public Scenario WithExpectations(IReadOnlyList<JsonObject> came)
    {
        var json = Json.DeepClone().AsObject();
        var steps = json["steps"]!.AsArray();
        for (var i = 0; i < steps.Count; i++)
        {
            steps[i]!["expect"] = came[i].DeepClone();
        }

        return new Scenario(Area, Name, json, SetUp, TearDown);
    }

    public override string ToString() => $"{Area}/{Name}";
}
