using System.IO.Pipelines;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>The other end of a connection over pipes. It says what a test wants, and reads only when told to.</summary>
internal sealed class PipePeer : IDuplexPipe
{
    private readonly Pipe _toClient = new();
    private readonly Pipe _fromClient = new(new PipeOptions(pauseWriterThreshold: 4096, resumeWriterThreshold: 2048));

    PipeReader IDuplexPipe.Input => _toClient.Reader;

    PipeWriter IDuplexPipe.Output => _fromClient.Writer;

    /// <summary>Connects a client to this.</summary>
    public async Task<AmqpConnection> ConnectAsync(AmqpConnectionOptions options)
    {
        Queue(0, new ConnectionStart { VersionMajor = 0, VersionMinor = 9 });
        Queue(0, new ConnectionTune { ChannelMax = 10, FrameMax = 131072, Heartbeat = 0 });
        Queue(0, new ConnectionOpenOk());
        await FlushAsync();
        return await AmqpConnection.ConnectAsync(
            options, new DuplexPipeConnector(_ => ValueTask.FromResult<IDuplexPipe>(this)));
    }

    /// <summary>Writes a method, to be sent with the next flush.</summary>
    public void Queue(ushort channel, AmqpMethod method) =>
        FrameWriter.WriteMethod(_toClient.Writer, channel, method);

    /// <summary>Sends what was queued; ends when the client reads.</summary>
    public async Task FlushAsync() => await _toClient.Writer.FlushAsync();

    /// <summary>Reads the next octets of the client.</summary>
    /// <returns>How many there were; 0 at the end.</returns>
    public async Task<long> TakeAsync()
    {
        var result = await _fromClient.Reader.ReadAsync();
        var length = result.Buffer.Length;
        _fromClient.Reader.AdvanceTo(result.Buffer.End);
        return length;
    }
}
