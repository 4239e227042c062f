using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <content>
/// Scenarios that were made up cannot know which step ends a channel or a connection: with "reopen" both come back
/// when they are used next.
/// </content>
internal sealed partial class ScenarioPlayer
{
    private readonly Dictionary<string, JsonObject> _options = new(StringComparer.Ordinal);

    private bool Reopens => (bool?)_scenario.Json["reopen"] ?? false;

    private void Reopen(JsonObject step, string? name, int channel)
    {
        if (!Reopens || name is null || !_options.TryGetValue(name, out var options) || step.ContainsKey("connect"))
        {
            return;
        }

        var connection = _connections[name];
        if (connection.IsClosed || connection.IsEnded)
        {
            connection.Stream.Close();
            connection = Handshake(name, options);
        }

        var isOpening = (string?)step["send"]?["method"] == "channel.open";
        if (channel > 0 && !isOpening && connection.OpenChannels.Add(channel))
        {
            connection.Send(channel, "channel.open");
        }
    }

    /// <summary>Whether TCP ends within the step that closed the connection is not compared.</summary>
    private bool IsShown(ConformanceConnection connection, JsonObject shown) =>
        !(Reopens && connection.IsClosed && shown.ContainsKey("eof"));
}
