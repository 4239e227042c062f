// Drives the engine by hand over a plain blocking socket: no tasks, no threads, one loop.
// dotnet run --project examples/ManualDriver [--uri amqp://guest:guest@localhost]
using System.Buffers;
using System.Net.Sockets;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Examples;
using Amqp.Transport;

await using var broker = await ExampleBroker.StartAsync(args);
var options = AmqpConnectionOptions.Parse(broker.Uri);
using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
socket.Connect(options.Endpoints[0].Host, options.Endpoints[0].Port);

var start = TimeProvider.System.GetTimestamp();
MonoTime Now() => new(TimeProvider.System.GetElapsedTime(start).Ticks);

var output = new ArrayBufferWriter<byte>();
var session = new AmqpSession(
    new SessionOptions
    {
        VirtualHost = options.VirtualHost,
        UserName = options.UserName,
        Password = options.Password,
    },
    output,
    Now());
var conversation = new Conversation(session);
var input = new byte[64 * 1024];
var kept = 0;
session.Start(Now());

while (true)
{
    // 1. Everything the session has written goes out.
    for (var sent = 0; sent < output.WrittenCount;)
    {
        sent += socket.Send(output.WrittenSpan[sent..]);
    }

    output.ResetWrittenCount();
    if (session.WantsClose)
    {
        break;
    }

    // 2. Waits for bytes, but not beyond the session's next deadline.
    var wait = session.NextDeadline.At - Now();
    var patience = TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerMinute));
    if (!socket.Poll(patience, SelectMode.SelectRead))
    {
        Drain(session.Elapse(Now()));
        continue;
    }

    // 3. Gives what has come to the session, behind what it had not used up, and keeps what it does not use now.
    if (kept == input.Length)
    {
        Array.Resize(ref input, input.Length * 2);
    }

    var count = socket.Receive(input.AsSpan(kept));
    if (count == 0)
    {
        Drain(session.ReceiveEnd(StreamEnd.Fin, Now()));
        continue;
    }

    var received = new ReadOnlySequence<byte>(input, 0, kept + count);
    var rest = received.Slice(Drain(session.Receive(received, Now())));
    kept = (int)rest.Length;
    rest.CopyTo(input);
}

// Events are read to their end before the next input, and only then is the input released.
SequencePosition Drain(EventScope events)
{
    while (events.TryRead(out var e))
    {
        conversation.Handle(e, Now());
    }

    return events.Consumed;
}
