using System.CommandLine;

namespace Amqp.Sim.Cli;

/// <summary>The commands and options of amqp-sim.</summary>
internal static class CommandTree
{
    /// <summary>Makes the whole tree.</summary>
    public static RootCommand Build() => new("A RabbitMQ for tests: starts in milliseconds, fails on cue.")
    {
        ServeCommand.Build(),
        SimulateCommand.BuildSimulate(),
        SimulateCommand.BuildSweep(),
        ExploreCommand.Build(),
        EvidenceCommands.BuildMerge(),
        CaptureCommand.Build(),
        EvidenceCommands.BuildReplay(),
        EvidenceCommands.BuildTimeline(),
    };
}
