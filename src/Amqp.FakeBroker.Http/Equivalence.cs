using System.Text.Json.Nodes;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>Checks that what is declared again is what is there, with RabbitMQ's words where it is not.</summary>
internal static class Equivalence
{
    /// <summary>The type of a queue that names none.</summary>
    private const string Classic = "\"classic\"";

    public static void Check(string name, bool given, bool current, string what) =>
        Check(name, given ? "true" : "false", current ? "true" : "false", what);

    public static void Check(string name, string given, string current, string what)
    {
        if (given != current)
        {
            throw ApiException.BadRequest(
                $"inequivalent arg '{name}' for {what}: received '{given}' but current is '{current}'");
        }
    }

    /// <summary>Compares as a management client means it: there is one kind of whole number.</summary>
    public static void Check(FieldTable given, FieldTable current, string what)
    {
        foreach (string key in given.Concat(current).Select(static pair => pair.Key).Distinct())
        {
            string? mine = Shown(given, key);
            string? theirs = Shown(current, key);
            if (mine != theirs && !(key == "x-queue-type" && (mine ?? Classic) == (theirs ?? Classic)))
            {
                throw ApiException.BadRequest(
                    $"inequivalent arg '{key}' for {what}: received {Words(mine)} but current is {Words(theirs)}");
            }
        }
    }

    private static string? Shown(FieldTable table, string key) =>
        table.TryGet(key, out FieldValue value) ? FieldTableJson.ToJson(value)?.ToJsonString() ?? "null" : null;

    private static string Words(string? shown) => shown is null ? "none" : $"the value '{shown.Trim('"')}'";
}
