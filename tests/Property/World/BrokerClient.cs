using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.World;

/// <summary>A session on a broker's core without a link in between: bytes cross when a test says so, and can be cut at
/// any of them. Several clients may share a broker.</summary>
internal sealed class BrokerClient
{
    private readonly BrokerCore _core;
    private readonly BrokerConnection _connection;
    private readonly ArrayBufferWriter<byte> _toBroker = new();
    private readonly ArrayBufferWriter<byte> _toClient = new();
    private readonly List<BrokerConnection> _dirty = [];
    private readonly List<EventRecord> _events = [];
    private readonly Dictionary<ushort, Message> _inside = [];
    private byte[] _unread = [];

    public BrokerClient(BrokerCore core, SessionOptions? options = null)
    {
        _core = core;
        _connection = core.Accept(_toClient, MonoTime.Zero);
        Session = new AmqpSession(
            options ?? new SessionOptions { Heartbeat = TimeSpan.Zero }, _toBroker, MonoTime.Zero);
        Session.Start(MonoTime.Zero);
        Exchange();
        Assert.Equal(ConnectionState.Open, Session.State);
    }

    /// <summary>The session; give it commands, then <see cref="Exchange"/>.</summary>
    public AmqpSession Session { get; }

    /// <summary>All events so far.</summary>
    public IReadOnlyList<EventRecord> Events => _events;

    /// <summary>Deliveries and fetched messages that were read whole, in order.</summary>
    public List<Message> Messages { get; } = [];

    /// <summary>How many more bytes reach the broker; at the last one the stream ends for both sides.</summary>
    public long? BytesLeft { get; set; }

    /// <summary>How many bytes wait to be sent to the broker.</summary>
    public int BytesWaiting => _toBroker.WrittenCount;

    /// <summary>Opens a channel.</summary>
    public ushort OpenChannel()
    {
        Assert.Equal(CommandResult.Ok, Session.OpenChannel(out ushort channel, out _));
        Exchange();
        return channel;
    }

    /// <summary>Makes a call and reads what comes of it.</summary>
    /// <returns>Its completion: completed, failed or a fetched message.</returns>
    public EventRecord Call(ushort channel, AmqpMethod method)
    {
        Assert.Equal(CommandResult.Ok, Session.Call(channel, method, out RequestId id));
        Exchange();
        return Assert.Single(_events, e => e.Request == id);
    }

    /// <summary>Publishes to a queue.</summary>
    /// <returns>The sequence number.</returns>
    public ulong Publish(ushort channel, string queue, BasicProperties properties, byte[] body)
    {
        Assert.Equal(
            CommandResult.Ok, Session.Publish(channel, "", queue, false, properties, body, out ulong sequence));
        return sequence;
    }

    /// <summary>Lets bytes cross until nothing moves any more.</summary>
    public void Exchange()
    {
        while (Send() | Take())
        {
        }
    }

    /// <summary>Lets the client's bytes cross.</summary>
    public bool Send()
    {
        if (_toBroker.WrittenCount == 0)
        {
            return false;
        }

        byte[] bytes = _toBroker.WrittenSpan.ToArray();
        _toBroker.ResetWrittenCount();
        bool isCut = BytesLeft <= bytes.Length;
        if (isCut)
        {
            bytes = bytes[..(int)BytesLeft!.Value];
        }

        BytesLeft -= bytes.Length;
        if (!_connection.WantsClose)
        {
            var input = new ReadOnlySequence<byte>((byte[])[.. _unread, .. bytes]);
            _unread = input.Slice(_connection.Receive(in input, MonoTime.Zero)).ToArray();
            Settle();
        }

        if (isCut)
        {
            Lose();
        }

        return true;
    }

    /// <summary>Reads what the broker has written, and its end.</summary>
    public bool Take()
    {
        bool any = _toClient.WrittenCount > 0 && Session.State != ConnectionState.Closed;
        if (any)
        {
            var input = new ReadOnlySequence<byte>(_toClient.WrittenSpan.ToArray());
            _toClient.ResetWrittenCount();
            EventScope scope = Session.Receive(in input, MonoTime.Zero);
            Drain(ref scope);
            Assert.Equal(0, input.Slice(scope.Consumed).Length);
        }

        EventScope rest = Session.Events();
        Drain(ref rest);
        if (_connection.WantsClose && _toClient.WrittenCount == 0 && Session.State != ConnectionState.Closed)
        {
            EventScope end = Session.ReceiveEnd(StreamEnd.Fin, MonoTime.Zero);
            Drain(ref end);
        }

        return any;
    }

    /// <summary>The stream breaks: what was not read is lost, and both sides are told.</summary>
    public void Lose()
    {
        _toClient.ResetWrittenCount();
        _toBroker.ResetWrittenCount();
        BytesLeft = null;
        _connection.ReceiveEnd(MonoTime.Zero);
        Settle();
        _toClient.ResetWrittenCount();
        EventScope scope = Session.ReceiveEnd(StreamEnd.Reset, MonoTime.Zero);
        Drain(ref scope);
        Assert.Equal(ConnectionState.Closed, Session.State);
    }

    private void Settle()
    {
        _core.DrainDirty(_dirty);
        _dirty.Clear();
    }

    private void Drain(ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            EventRecord record = e.ToRecord();
            _events.Add(record);
            switch (record.Kind)
            {
                case EventKind.Delivery or EventKind.GetOk or EventKind.Return:
                    _inside[record.Channel] = new Message(record, []);
                    EndWhenWhole(record.Channel);
                    break;
                case EventKind.Body:
                    _inside[record.Channel].Body.AddRange(record.Body.Bytes.Span);
                    EndWhenWhole(record.Channel);
                    break;
            }
        }
    }

    private void EndWhenWhole(ushort channel)
    {
        Message message = _inside[channel];
        if ((ulong)message.Body.Count == message.Start.BodySize && message.Start.Kind != EventKind.Return)
        {
            Messages.Add(message);
        }
    }

    /// <summary>A delivery or a fetched message.</summary>
    /// <param name="Start">Its first event.</param>
    /// <param name="Body">Its body, whole once it is among <see cref="Messages"/>.</param>
    public sealed record Message(EventRecord Start, List<byte> Body);
}
