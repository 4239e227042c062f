using System.Buffers;
using System.Net.Sockets;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Compare.Client;

/// <summary>The least that W4 can take here: a blocking socket that sends the bytes of one publish, made beforehand,
/// and receives as many bytes as one delivery has. The engine only greets and takes leave.</summary>
internal sealed class SocketFloor(ClientArguments arguments, Meter meter) : IContestant
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly byte[] _input = new byte[256 * 1024];
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private AmqpSession _session = null!;
    private int _filled;
    private bool _isConsuming;

    /// <inheritdoc/>
    public Task<long> PingPongAsync()
    {
        var options = AmqpConnectionOptions.FromUri(arguments.Uri);
        _session = new AmqpSession(
            new SessionOptions
            {
                VirtualHost = options.VirtualHost,
                UserName = options.UserName,
                Password = options.Password,
            },
            _output,
            MonoTime.Zero);
        using (_socket)
        {
            _socket.Connect(options.Endpoints[0].Host, options.Endpoints[0].Port);
            _session.Start(MonoTime.Zero);
            TalkUntil(() => _isConsuming);
            var trips = PlayAsFastAsPossible();
            _session.Close(ReplyCode.Success, "Goodbye", MonoTime.Zero);
            TalkUntil(() => _session.WantsClose);
            return Task.FromResult(trips);
        }
    }

    /// <inheritdoc/>
    public Task<long> PublishAsync() => throw Unwritten();

    /// <inheritdoc/>
    public Task<long> PublishConfirmedAsync() => throw Unwritten();

    /// <inheritdoc/>
    public Task<long> ConsumeAsync() => throw Unwritten();

    /// <inheritdoc/>
    public Task<long> ConnectAsync() => throw Unwritten();

    /// <inheritdoc/>
    public Task<long> PaceAsync() => throw Unwritten();

    /// <inheritdoc/>
    public Task<long> PublishOnManyAsync() => throw Unwritten();

    private static NotSupportedException Unwritten() => new("The bare socket plays W4 only.");

    private long PlayAsFastAsPossible()
    {
        var body = TestBody.Create(arguments.Body);
        _session.Publish(1, "", arguments.Queue, false, BasicProperties.Empty, body, out _);
        var publish = _output.WrittenSpan.ToArray();
        _output.ResetWrittenCount();
        var rally = new PingPongRally(arguments, meter);
        var length = 0;
        rally.Serve();
        do
        {
            SendAll(publish);
            length = length == 0 ? ReceiveFirst(body) : ReceiveAll(length);
        }
        while (rally.Return(_input.AsSpan(length - 1 - body.Length, body.Length)));
        rally.Completion.GetAwaiter().GetResult();
        return rally.Trips;
    }

    // A delivery ends with its body and the octet that ends a frame; all have the same length.
    private int ReceiveFirst(ReadOnlySpan<byte> body)
    {
        var length = 0;
        do
        {
            length += Receive(length);
        }
        while (length < body.Length + 1 || !_input.AsSpan(length - 1 - body.Length, body.Length).SequenceEqual(body));
        return length;
    }

    private int ReceiveAll(int length)
    {
        for (var received = 0; received < length;)
        {
            received += Receive(received);
        }

        return length;
    }

    private int Receive(int offset)
    {
        var count = _socket.Receive(_input.AsSpan(offset));
        return count > 0 ? count : throw new IOException("The broker has closed the connection.");
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    private void TalkUntil(Func<bool> isEnough)
    {
        _filled = 0;
        while (!isEnough())
        {
            SendAll(_output.WrittenSpan);
            _output.ResetWrittenCount();
            _filled += Receive(_filled);
            var input = new ReadOnlySequence<byte>(_input, 0, _filled);
            var events = _session.Receive(input, MonoTime.Zero);
            while (events.TryRead(out var e))
            {
                Handle(e);
            }

            var rest = input.Slice(events.Consumed);
            _filled = (int)rest.Length;
            rest.CopyTo(_input);
        }

        SendAll(_output.WrittenSpan);
        _output.ResetWrittenCount();
    }

    private void Handle(AmqpEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.SessionOpened:
                _session.OpenChannel(out _, out _);
                break;
            case EventKind.CallCompleted when e.Method is ChannelOpenOk && arguments.RealBroker:
                _session.Call(
                    1, new QueueDeclare { Queue = arguments.Queue, Arguments = [new("x-max-length", 1000)] }, out _);
                break;
            case EventKind.CallCompleted when e.Method is ChannelOpenOk or QueueDeclareOk:
                _session.Call(1, new BasicConsume { Queue = arguments.Queue, NoAck = true }, out _);
                break;
            case EventKind.CallCompleted when e.Method is BasicConsumeOk:
                _isConsuming = true;
                break;
        }
    }
}
