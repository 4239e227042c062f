using System.IO.Pipelines;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Transport;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Examples;

/// <summary>Runs one session of the engine over one connection of ASP.NET Core's.</summary>
internal sealed class ConnectionDriver
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly AmqpSession _session;
    private readonly Conversation _conversation;
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public ConnectionDriver(ConnectionContext connection, AmqpConnectionOptions options)
    {
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        var asked = new SessionOptions
        {
            VirtualHost = options.VirtualHost,
            UserName = options.UserName,
            Password = options.Password,
        };

        // A PipeWriter is the IBufferWriter<byte> that a session writes to: nothing is copied in between.
        _session = new AmqpSession(asked, _output, Now);
        _conversation = new Conversation(_session);
    }

    private MonoTime Now => new(TimeProvider.System.GetElapsedTime(_start).Ticks);

    /// <summary>Runs until the session is over.</summary>
    public async Task RunAsync()
    {
        // The timer only wakes the reader: nothing but this loop touches the session.
        await using var timer = TimeProvider.System.CreateTimer(
            _ => _input.CancelPendingRead(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _session.Start(Now);
        while (true)
        {
            await _output.FlushAsync();
            if (_session.WantsClose)
            {
                return;
            }

            timer.Change(Patience(), Timeout.InfiniteTimeSpan);
            await ReadOnceAsync();
        }
    }

    private async ValueTask ReadOnceAsync()
    {
        ReadResult result;
        try
        {
            result = await _input.ReadAsync();
        }
        catch (IOException)
        {
            Drain(_session.ReceiveEnd(StreamEnd.Reset, Now));
            return;
        }

        var buffer = result.Buffer;
        var (consumed, examined) = Drain(_session.Receive(buffer, Now));
        _input.AdvanceTo(consumed, examined);
        if (result.IsCompleted)
        {
            Drain(_session.ReceiveEnd(StreamEnd.Fin, Now));
        }
        else if (result.IsCanceled)
        {
            Drain(_session.Elapse(Now));
        }
    }

    // Events are read to their end before the next input, and only then is the input released.
    private (SequencePosition Consumed, SequencePosition Examined) Drain(EventScope events)
    {
        while (events.TryRead(out var e))
        {
            _conversation.Handle(e, Now);
        }

        return (events.Consumed, events.Examined);
    }

    private TimeSpan Patience()
    {
        var wait = _session.NextDeadline.At - Now;
        return TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerMinute));
    }
}
