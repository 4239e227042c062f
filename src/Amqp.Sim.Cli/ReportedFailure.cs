namespace Amqp.Sim.Cli;

/// <summary>A world that failed, in a <see cref="SweepReport"/>.</summary>
/// <param name="Seed">Its seed, in decimal.</param>
/// <param name="Property">The id of the property that it broke.</param>
/// <param name="Text">What was wrong.</param>
/// <param name="TraceHash">The hash of its trace, as 16 digits.</param>
internal sealed record ReportedFailure(string Seed, string Property, string Text, string TraceHash);
