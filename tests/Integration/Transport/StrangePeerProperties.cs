using System.IO.Pipelines;
using System.Net.Sockets;
using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>H6: whatever is at the other end that is no broker, the error says what it is.</summary>
public sealed class StrangePeerProperties
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>What is at the other end, and the words by which its error is told from the others'.</summary>
    private static readonly (string Kind, ConnectPhase Phase, string Words)[] Peers =
    [
        ("refused", ConnectPhase.Tcp, "connection refused"),
        ("hangs", ConnectPhase.Tcp, "no connection was made within"),
        ("silent", ConnectPhase.Amqp, "accepted the connection but sent nothing"),
        ("hangs up", ConnectPhase.Amqp, "closed the connection without a byte"),
        ("resets", ConnectPhase.Amqp, "broke before the server sent a byte"),
        ("garbage", ConnectPhase.Amqp, "does not speak AMQP: its first bytes are"),
        ("http", ConnectPhase.Amqp, "HTTP"),
        ("tls alert", ConnectPhase.Amqp, "TLS"),
        ("tls handshake", ConnectPhase.Amqp, "TLS"),
        ("another version", ConnectPhase.Amqp, "version"),
    ];

    [Fact]
    public async Task H6_What_is_no_broker_is_told_apart_however_its_answer_is_cut()
    {
        var seen = new Distribution([.. Peers.Select(p => p.Kind)]);
        await AsyncProps.ForAll(
            "H6",
            draw =>
            {
                var which = draw.Int(0, Peers.Length - 1);
                var answer = Answer(draw, Peers[which].Kind);
                var cuts = draw.List(draw.Int(0, 4), () => draw.Int(0, answer.Length));
                return (Which: which, Answer: answer, Cuts: cuts);
            },
            async c =>
            {
                var (kind, phase, words) = Peers[c.Which];
                var error = await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(kind, c.Answer, c.Cuts));
                var attempt = Assert.Single(error.Attempts);
                Assert.Equal(phase, attempt.Phase);
                Assert.True(
                    attempt.Message.Contains(words, StringComparison.Ordinal), $"{kind}: {attempt.Message}");
                Assert.Contains(words, error.Message, StringComparison.Ordinal);
                foreach (var other in Peers.Where(p => p.Words != words))
                {
                    // "May expect TLS" is a guess that a server which says nothing leaves room for.
                    var text = attempt.Message.Replace("may expect TLS", "", StringComparison.Ordinal);
                    Assert.False(
                        text.Contains(other.Words, StringComparison.Ordinal),
                        $"{kind} is taken for {other.Kind}: {attempt.Message}");
                }

                seen.Case();
                seen.Saw(kind);
            });
        seen.Require("H6", 3);
    }

    private static byte[] Answer(Draw draw, string kind) => kind switch
    {
        "garbage" => [draw.Pick<byte>(0x00, 0x05, 0x20, (byte)'2', (byte)'S', 0xFF), .. draw.Bytes(draw.Int(0, 40))],
        "http" => [.. "HTTP/1.1 400 Bad Request\r\n"u8, .. draw.Bytes(draw.Int(0, 20))],
        "tls alert" => [0x15, 3, draw.Pick<byte>(1, 2, 3, 4), 0, 2, 2, draw.Pick<byte>(10, 40, 70, 80)],
        "tls handshake" => [0x16, 3, 1, .. draw.Bytes(draw.Int(2, 60))],
        "another version" =>
            [.. "AMQP"u8, .. draw.Pick<byte[]>([0, 1, 0, 0], [3, 1, 0, 0], [1, 1, 8, 0], [0, 0, 9, 0])],
        _ => [],
    };

    private static async Task ConnectAsync(string kind, byte[] answer, int[] cuts)
    {
        var time = new ManualTime();
        var peer = new PipePeer();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connecting = AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions { TimeProvider = time, ConnectTimeout = Limit },
            new DuplexPipeConnector(token =>
            {
                asked.SetResult();
                return kind switch
                {
                    "refused" => throw new SocketException((int)SocketError.ConnectionRefused),
                    "hangs" => HangAsync(token),
                    _ => ValueTask.FromResult<IDuplexPipe>(peer),
                };
            }));
        await asked.Task.Within();
        switch (kind)
        {
            case "refused":
                break;
            case "hangs":
                time.Advance(Limit);
                await time.RunUntilAsync(connecting);
                break;
            case "silent":
                Assert.Equal(8, (await peer.TakeBytesAsync().Within()).Length);
                time.Advance(Limit);
                await time.RunUntilAsync(connecting);
                break;
            default:
                await peer.TakeBytesAsync().Within();
                await AnswerAsync(peer, answer, cuts);
                await peer.EndAsync(kind == "resets" ? new SocketException((int)SocketError.ConnectionReset) : null);
                break;
        }

        await connecting.Within();
    }

    // The client may leave at the first octets.
    private static async Task AnswerAsync(PipePeer peer, byte[] answer, int[] cuts)
    {
        var from = 0;
        foreach (var cut in cuts.Order().Append(answer.Length))
        {
            peer.QueueRaw(answer.AsSpan(from..cut));
            await peer.FlushAsync().Within();
            from = cut;
        }
    }

    private static async ValueTask<IDuplexPipe> HangAsync(CancellationToken token)
    {
        await new TaskCompletionSource().Task.WaitAsync(token);
        throw new InvalidOperationException("unreachable");
    }
}
