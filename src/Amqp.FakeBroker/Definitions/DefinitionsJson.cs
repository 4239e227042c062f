using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>The generated reader and writer of definitions: no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(BrokerDefinitions))]
internal sealed partial class DefinitionsJson : JsonSerializerContext;
