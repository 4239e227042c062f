using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// One published message. Owned once per publish and shared by every queue that took it, so nothing here ever changes.
/// The content header's octets are kept as the publisher sent them: they go out again byte for byte.
/// </summary>
internal sealed class StoredMessage
{
    /// <summary>Stands in for the name, key, headers and lists a message costs beside its body.</summary>
    private const int Overhead = 128;

    /// <summary>The broker's own number for it, from 1 in the order of publishing.</summary>
    public required ulong Number { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    /// <summary>The keys that CC and BCC gave when it was published; both route a dead letter again.</summary>
    public required IReadOnlyList<string> ExtraKeys { get; init; }

    /// <summary>Flags and values of the content header.</summary>
    public required byte[] HeaderOctets { get; init; }

    public required BasicProperties Properties { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>
    /// The deaths the broker itself recorded, newest first, where releases keep them apart from headers.
    /// </summary>
    public IReadOnlyList<DeathRecord> Deaths { get; init; } = [];

    /// <summary>True for a dead letter, which the broker itself publishes.</summary>
    public bool IsLetter { get; init; }

    /// <summary>
    /// How often quorum queues saw it fail, by a reject or by the end of a channel that held it, where releases let
    /// that go along with a dead letter; else 0.
    /// </summary>
    public int Failures { get; init; }

    public bool IsPersistent => Properties.DeliveryMode == 2;

    /// <summary>What it counts towards the memory alarm, in octets.</summary>
    public long Cost => Body.Length + HeaderOctets.Length + Overhead;

    /// <summary>The same with other properties, encoded anew.</summary>
    public StoredMessage With(BasicProperties properties) => Copy(properties, Encode(properties), Failures);

    /// <summary>The same after one failure more.</summary>
    public StoredMessage AfterFailure() => Copy(Properties, HeaderOctets, Failures + 1);

    /// <summary>The same with one header set; RabbitMQ sorts the table by key whenever it sets one.</summary>
    public StoredMessage WithHeader(string key, FieldValue value) => With(Properties with
    {
        Headers = HeaderEdits.Set(Properties.Headers ?? FieldTable.Empty, key, value),
    });

    public static byte[] Encode(BasicProperties properties)
    {
        byte[] octets = new byte[properties.EncodedLength];
        WireWriter writer = new(octets);
        properties.Write(ref writer);
        return octets;
    }

    private StoredMessage Copy(BasicProperties properties, byte[] headerOctets, int failures) => new()
    {
        Number = Number,
        Exchange = Exchange,
        RoutingKey = RoutingKey,
        ExtraKeys = ExtraKeys,
        HeaderOctets = headerOctets,
        Properties = properties,
        Body = Body,
        Deaths = Deaths,
        IsLetter = IsLetter,
        Failures = failures,
    };
}
