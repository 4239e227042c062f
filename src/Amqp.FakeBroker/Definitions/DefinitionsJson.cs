using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>The generated reader and writer of definitions: no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    MaxDepth = MaxDepth,
    Converters = [typeof(MembersConverter)])]
[JsonSerializable(typeof(BrokerDefinitions))]
internal sealed partial class DefinitionsJson : JsonSerializerContext
{
    /// <summary>Arguments nest as deep as a field table may, below the lists that hold them.</summary>
    internal const int MaxDepth = 120;
}
