namespace Amqp.Fuzz;

/// <summary>What can be fuzzed, by name.</summary>
internal static class Targets
{
    /// <summary>Finds the function that takes an input and throws when a law is broken.</summary>
    public static Action<byte[]> Find(string name) => name switch
    {
        "receive" => ReceiveTarget.Run,
        "broker" => BrokerTarget.Run,
        _ => throw Unknown(name),
    };

    /// <summary>Inputs to start from, each with a file name.</summary>
    public static IEnumerable<(string Title, byte[] Bytes)> Seeds(string name) => name switch
    {
        "receive" => ReceiveTarget.Seeds(),
        "broker" => BrokerTarget.Seeds(),
        _ => throw Unknown(name),
    };

    private static ArgumentException Unknown(string name) =>
        new($"There is no target '{name}'; receive and broker are.");
}
