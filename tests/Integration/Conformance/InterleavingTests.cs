using System.Text.Json.Nodes;
using Xunit;

namespace Amqp.Integration.Conformance;

/// <summary>What the comparison of brokers may take for a race between queues, and what not.</summary>
public class InterleavingTests
{
    private static readonly JsonObject[] s_steps =
    [
        Step("""{"send":{"method":"basic.consume","args":{"queue":"q1","consumer-tag":"a"}}}"""),
        Step("""{"send":{"method":"basic.consume","args":{"queue":"q2","consumer-tag":"b"}}}"""),
        Step("""{"send":{"method":"basic.consume","args":{"queue":"q2","consumer-tag":"c"}}}"""),
        Step("""{"publish":{}}"""),
    ];

    [Theory]
    [InlineData("a1 b1 b2", "b1 a1 b2", true)]
    [InlineData("a1 a2 b1 c2", "b1 c2 a1 a2", true)]
    [InlineData("a1 a2 b1", "a2 a1 b1", false)]
    [InlineData("b1 c2", "c2 b1", false)]
    [InlineData("b1 c2", "c1 b2", false)]
    [InlineData("a1 b1", "a1", false)]
    [InlineData("a1 b1 ok", "b1 a1 ok", true)]
    [InlineData("a1 b1 ok", "a1 ok b1", false)]
    [InlineData("a1 b1", "a1 b1", false)]
    [InlineData("a1 close", "a1 close b1", true)]
    [InlineData("close ok b1", "close ok", true)]
    [InlineData("a1 close", "a1 b1 close", false)]
    [InlineData("a1 close", "a1 close ok", false)]
    public void Only_queues_race_and_ends_of_channels(string one, string other, bool expected) =>
        Assert.Equal(expected, Interleaving.IsAll(s_steps, Answers(one), Answers(other)));

    /// <summary>A word is the letter of a consumer and the number of a message, "ok" or "close".</summary>
    private static List<JsonObject> Answers(string words)
    {
        JsonArray events = [];
        foreach (var (word, tag) in words.Split(' ').Select((word, i) => (word, i + 1)))
        {
            events.Add((JsonNode)(word is "ok" or "close"
                ? new JsonObject { ["m"] = word == "ok" ? "basic.cancel-ok" : "channel.close" }
                : new JsonObject
                {
                    ["m"] = "basic.deliver",
                    ["args"] = new JsonObject { ["consumer-tag"] = word[..1], ["delivery-tag"] = tag },
                    ["body"] = word[1..],
                }));
        }

        return [[], [], [], new JsonObject { ["a/1"] = events }];
    }

    private static JsonObject Step(string json) => JsonNode.Parse(json)!.AsObject();
}
