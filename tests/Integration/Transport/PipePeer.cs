using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>The other end of a connection over pipes. It says what a test wants, and reads only when told to.</summary>
internal sealed class PipePeer : IDuplexPipe
{
    private readonly Pipe _toClient;
    private readonly Pipe _fromClient;
    private readonly IoMode? _socket;

    /// <summary>Makes both pipes.</summary>
    /// <param name="pool">Where their memory comes from; one of their own by default, since what is wrong elsewhere in
    /// the process must not show here.</param>
    /// <param name="socket">Who reads the socket that then lies between the client and the pipes, and holds only a few
    /// KiB; none by default.</param>
    public PipePeer(MemoryPool<byte>? pool = null, IoMode? socket = null)
    {
        pool ??= new CountingPool();
        _socket = socket;
        _toClient = new Pipe(new PipeOptions(pool));
        _fromClient = new Pipe(new PipeOptions(pool, pauseWriterThreshold: 4096, resumeWriterThreshold: 2048));
    }

    PipeReader IDuplexPipe.Input => _toClient.Reader;

    PipeWriter IDuplexPipe.Output => _fromClient.Writer;

    /// <summary>Connects a client to this.</summary>
    public async Task<AmqpConnection> ConnectAsync(AmqpConnectionOptions options, ushort heartbeat = 0)
    {
        Queue(0, new ConnectionStart { VersionMajor = 0, VersionMinor = 9 });
        Queue(0, new ConnectionTune { ChannelMax = 10, FrameMax = 131072, Heartbeat = heartbeat });
        Queue(0, new ConnectionOpenOk());
        await FlushAsync();
        return await StartAsync(options, CancellationToken.None);
    }

    /// <summary>Connects a client to this, which says nothing by itself.</summary>
    public Task<AmqpConnection> StartAsync(AmqpConnectionOptions options, CancellationToken cancellationToken) =>
        AmqpConnection.ConnectAsync(
            options,
            _socket is { } mode
                ? new SocketPair(this, mode)
                : new DuplexPipeConnector(_ => ValueTask.FromResult<IDuplexPipe>(this)),
            cancellationToken);

    /// <summary>Writes a method, to be sent with the next flush.</summary>
    public void Queue(ushort channel, AmqpMethod method) =>
        FrameWriter.WriteMethod(_toClient.Writer, channel, method);

    /// <summary>Writes a method with its content, to be sent with the next flush.</summary>
    public void QueueContent(ushort channel, AmqpMethod method, ReadOnlySpan<byte> body)
    {
        Queue(channel, method);
        FrameWriter.WriteHeader(_toClient.Writer, channel, BasicProperties.Empty, (ulong)body.Length);
        FrameWriter.WriteBody(_toClient.Writer, channel, body, 131072);
    }

    /// <summary>Writes a method and the start of its content: a header that announces more than what follows.</summary>
    public void QueueStartOfContent(ushort channel, AmqpMethod method, ulong announced, ReadOnlySpan<byte> start)
    {
        Queue(channel, method);
        FrameWriter.WriteHeader(_toClient.Writer, channel, BasicProperties.Empty, announced);
        FrameWriter.WriteBody(_toClient.Writer, channel, start, 131072);
    }

    /// <summary>Opens a channel; its number is 1.</summary>
    public async Task<AmqpChannel> OpenChannelAsync(AmqpConnection connection, bool confirms = false)
    {
        var opening = connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = confirms });
        Queue(1, new ChannelOpenOk());
        await FlushAsync();
        if (confirms)
        {
            await TakeUntilAsync("\x00\x55\x00\x0a"); // confirm.select
            Queue(1, new ConfirmSelectOk());
            await FlushAsync();
        }

        return await opening;
    }

    /// <summary>Writes octets as they are, to be sent with the next flush.</summary>
    public void QueueRaw(ReadOnlySpan<byte> bytes) => _toClient.Writer.Write(bytes);

    /// <summary>Ends the stream to the client: in order, or with an error.</summary>
    public async Task EndAsync(Exception? error = null) => await _toClient.Writer.CompleteAsync(error);

    /// <summary>Takes nothing of the client any more: its writes fail.</summary>
    public async Task StopReadingAsync() => await _fromClient.Reader.CompleteAsync();

    /// <summary>Gives up both sides, so that all memory goes back.</summary>
    public async Task LeaveAsync()
    {
        await _toClient.Writer.CompleteAsync();
        await _fromClient.Reader.CompleteAsync();
    }

    /// <summary>Sends what was queued; ends when the client reads.</summary>
    public async Task FlushAsync() => await _toClient.Writer.FlushAsync();

    /// <summary>Reads the next octets of the client.</summary>
    /// <returns>How many there were; 0 at the end.</returns>
    public async Task<long> TakeAsync() => (await TakeBytesAsync()).Length;

    /// <summary>Whether the client has given up its side of the stream to it.</summary>
    public async Task<bool> IsLeftAsync() => (await _toClient.Writer.FlushAsync()).IsCompleted;

    /// <summary>Ends when the client has given up its side of the stream to it.</summary>
    public async Task LeftAsync()
    {
        while (!await IsLeftAsync())
        {
            // A flush beyond the pipe's threshold waits until the client reads or leaves.
            _toClient.Writer.Write(new byte[70_000]);
        }
    }

    /// <summary>Reads octets of the client until they contain a text.</summary>
    /// <returns>What was read, one character for each octet.</returns>
    public async Task<string> TakeUntilAsync(string marker)
    {
        var taken = "";
        while (!taken.Contains(marker, StringComparison.Ordinal))
        {
            var bytes = await TakeBytesAsync();
            Assert.NotEmpty(bytes);
            taken += Encoding.Latin1.GetString(bytes);
        }

        return taken;
    }

    /// <summary>Reads the next octets of the client.</summary>
    /// <returns>The octets; none at the end.</returns>
    public async Task<byte[]> TakeBytesAsync()
    {
        var result = await _fromClient.Reader.ReadAsync();
        var bytes = result.Buffer.ToArray();
        _fromClient.Reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }
}
