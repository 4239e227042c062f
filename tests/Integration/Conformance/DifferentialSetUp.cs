namespace Amqp.Integration.Conformance;

/// <summary>
/// What an operator sets up once, on both brokers, for all generated conversations: a user who may do little, and
/// policies that go by the names which <see cref="ScenarioGenerator"/> gives.
/// </summary>
internal static class DifferentialSetUp
{
    public const string LimitedUser = "diff-limited";

    public static IReadOnlyList<string[]> Commands { get; } =
    [
        ["add_user", LimitedUser, LimitedUser],
        [
            "set_permissions", LimitedUser, "^diff-.*[01]$", "^(diff-.*[02]|amq\\.default|amq\\.topic)$",
            "^(diff-.*[12]|amq\\.topic)$",
        ],
        ["set_topic_permissions", LimitedUser, "amq.topic", "\\.a", "[.]\\*|q0"],
        Policy("diff-p0", "^diff-.*-p0$", "queues", """{"max-length":2}"""),
        Policy("diff-p1", "^diff-.*-p1$", "queues", """{"message-ttl":60,"dead-letter-exchange":"amq.topic"}"""),
        Policy(
            "diff-p2",
            "^diff-.*-p2$",
            "queues",
            """{"max-length":1,"overflow":"reject-publish","delivery-limit":1,"dead-letter-exchange":"amq.topic"}"""),
        Policy("diff-e", "^diff-.*-e[0-9]$", "exchanges", """{"alternate-exchange":"amq.topic"}"""),
    ];

    public static IReadOnlyList<string[]> Undo { get; } =
    [
        ["delete_user", LimitedUser],
        .. from name in new[] { "diff-p0", "diff-p1", "diff-p2", "diff-e" } select new[] { "clear_policy", name },
    ];

    private static string[] Policy(string name, string pattern, string applyTo, string definition) =>
        ["set_policy", "--apply-to", applyTo, name, pattern, definition];
}
