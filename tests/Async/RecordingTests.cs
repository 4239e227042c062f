using System.Text;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Links;
using Amqp.Transport;
using Xunit;

namespace Amqp.Async;

/// <summary>A session that was recorded, and what the engine makes of it again.</summary>
public sealed class RecordingTests
{
    private const string Password = "correct horse";

    [Fact]
    public async Task T9_A_recording_holds_the_session_and_no_secret()
    {
        var text = await RecordAsync(withoutBodies: false);
        Assert.StartsWith("amqprec 1\n# 2030-01-01T00:00:00.0000000+00:00 localhost:5672\n", text);
        var recording = SessionRecording.Parse(text);
        var sent = recording.Bytes(LinkDirection.ToBroker);
        var received = recording.Bytes(LinkDirection.ToClient);
        Assert.Equal("AMQP", Encoding.ASCII.GetString(sent, 0, 4));
        Assert.Contains("order 7", Encoding.ASCII.GetString(sent));
        Assert.Contains("order 7", Encoding.ASCII.GetString(received));
        Assert.DoesNotContain(Convert.ToHexString(Encoding.ASCII.GetBytes(Password)), text);
        Assert.DoesNotContain(Convert.ToHexString("renewed"u8), text);
        Assert.Contains(Convert.ToHexString("*******"u8), text);
        var timeline = TextTimeline.Write(recording.ToTrace());
        Assert.Contains("C ---> B connection.update-secret", timeline);
        Assert.Contains("C <--- B basic.deliver", timeline);
    }

    [Fact]
    public async Task T9_Bodies_can_be_left_out_of_a_recording()
    {
        var recording = SessionRecording.Parse(await RecordAsync(withoutBodies: true));
        foreach (var direction in new[] { LinkDirection.ToBroker, LinkDirection.ToClient })
        {
            Assert.DoesNotContain("order 7", Encoding.ASCII.GetString(recording.Bytes(direction)));
        }

        Assert.Empty(RecordingReplay.Run(recording).Failures);
    }

    [Fact]
    public async Task T9_However_the_brokers_bytes_are_cut_the_engine_tells_the_same()
    {
        var recording = SessionRecording.Parse(await RecordAsync(withoutBodies: false));
        var recorded = RecordingReplay.Run(recording);
        Assert.Empty(recorded.Failures);
        var told = recorded.WithoutPieces();
        Assert.Contains(told, line => line.StartsWith("Delivery", StringComparison.Ordinal));
        Assert.Contains(told, line => line.StartsWith("PublishSettled", StringComparison.Ordinal));
        Chunking[] ways =
        [
            Chunking.OneByte, Chunking.FixedSize(2), Chunking.FixedSize(7), Chunking.FixedSize(100),
            Chunking.RandomPrefix,
        ];
        foreach (var way in ways)
        {
            var replayed = RecordingReplay.Run(recording, way);
            Assert.Empty(replayed.Failures);
            Assert.Equal(told, replayed.WithoutPieces());
        }
    }

    [Fact]
    public async Task T9_A_cut_at_every_byte_of_a_recording_ends_every_call_once()
    {
        var recording = SessionRecording.Parse(await RecordAsync(withoutBodies: false));
        var length = recording.Bytes(LinkDirection.ToClient).Length;
        Assert.True(length > 500, "the recording is too short to mean anything");
        foreach (var end in new[] { LinkEnd.Fin, LinkEnd.Reset })
        {
            for (var cut = 1; cut < length; cut++)
            {
                var outcome = RecordingReplay.Run(recording, null, cut, end);
                Assert.True(outcome.Failures.IsEmpty, $"{end} at {cut}: {string.Join("; ", outcome.Failures)}");
                Assert.Equal(ConnectionState.Closed, outcome.FinalState);
                Assert.Equal(EventKind.SessionClosed, outcome.Events[^1].Kind);
            }
        }
    }

    [Theory]
    [InlineData("", "line 1: a recording begins with 'amqprec 1'")]
    [InlineData("amqprec 1\n0.1 > 0G", "line 2: the bytes are not hexadecimal")]
    [InlineData("amqprec 1\n# remark\n\n0.1 ? 00", "line 4: '0.1 ? 00' is not 'SECONDS > HEX'")]
    [InlineData("amqprec 1\nsoon > 00", "line 2: 'soon > 00' is not 'SECONDS > HEX'")]
    public void T9_What_is_no_recording_is_told_with_its_line(string text, string complaint) =>
        Assert.StartsWith(complaint, Assert.Throws<FormatException>(() => SessionRecording.Parse(text)).Message);

    [Fact]
    public void T9_A_recording_without_a_session_cannot_be_replayed() => Assert.Contains(
        "connection.open never comes",
        Assert.Throws<FormatException>(
            () => RecordingReplay.Run(SessionRecording.Parse("amqprec 1\n0 > 414D515000000901"))).Message);

    private static async Task<string> RecordAsync(bool withoutBodies)
    {
        var text = new StringWriter();
        var options = new SimOptions
        {
            Broker = new() { Users = [new("app", Password)] },
        };
        await Sim.Run(5, async sim =>
        {
            var connector = new RecordingConnector(sim.Connector, _ => text, sim.Time, withoutBodies);
            await using var connection = await AmqpConnection.ConnectAsync(
                sim.ConnectionOptions with { UserName = "app", Password = Password }, connector);
            await connection.UpdateSecretAsync("renewed", "a test");
            await using var channel = await connection.OpenChannelAsync(
                new AmqpChannelOptions { PublisherConfirms = true, PrefetchCount = 3 });
            await channel.DeclareQueueAsync("orders");
            for (var i = 0; i < 10; i++)
            {
                await channel.PublishAsync("", "orders", Encoding.ASCII.GetBytes($"order {i}"));
            }

            var left = 10;
            await foreach (var delivery in channel.ConsumeAsync("orders"))
            {
                await delivery.AckAsync();
                if (--left == 0)
                {
                    break;
                }
            }

            await channel.DeleteQueueAsync("orders");
        }, options);
        return text.ToString();
    }
}
