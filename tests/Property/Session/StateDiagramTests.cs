using System.Collections.Immutable;
using Amqp.Engine.Session;
using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>The drawn states are those of the tables; <c>tools/StateDiagrams</c> draws them again.</summary>
public class StateDiagramTests
{
    [Fact]
    public void The_connection_is_drawn_as_it_is() => AssertDrawn("docs/states/connection.md", ConnectionStates.Rows);

    [Fact]
    public void The_channel_is_drawn_as_it_is() => AssertDrawn("docs/states/channel.md", ChannelStates.Rows);

    private static void AssertDrawn<TState, TInput>(string path, ImmutableArray<StateTransition<TState, TInput>> rows)
        where TState : struct, Enum
        where TInput : struct, Enum
    {
        string[] lines = Repository.Read(path).Split('\n');
        foreach (StateTransition<TState, TInput> row in rows)
        {
            bool drawn = lines.Any(line =>
                line.StartsWith($"    {row.State} --> {row.Next}: ", StringComparison.Ordinal)
                && line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..].Split(", ").Contains(
                    row.Input.ToString()));
            Assert.True(drawn == (row.Verdict == StateVerdict.Accept), $"{path} is not the engine's table: {row}");
        }
    }
}
