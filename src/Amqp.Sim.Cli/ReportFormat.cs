using System.Text.Json.Serialization;

namespace Amqp.Sim.Cli;

/// <summary>How a <see cref="SweepReport"/> is read and written, made by the compiler.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SweepReport))]
internal sealed partial class ReportFormat : JsonSerializerContext;
