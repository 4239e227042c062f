namespace Amqp.Simulation.Scenarios;

/// <summary>A piece of C# that is written as it is.</summary>
internal sealed record Code(string Text);
