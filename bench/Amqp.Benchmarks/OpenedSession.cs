using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Benchmarks;

/// <summary>A session taken through the handshake by hand, with one open channel.</summary>
internal sealed class OpenedSession
{
    private readonly ReusableBuffer _fromBroker = new();

    /// <summary>Opens it.</summary>
    public OpenedSession()
    {
        Session = new AmqpSession(new SessionOptions { Heartbeat = TimeSpan.Zero }, Output, MonoTime.Zero);
        Session.Start(MonoTime.Zero);
        Answer(0, new ConnectionStart { VersionMajor = 0, VersionMinor = 9, Mechanisms = "PLAIN", Locales = "en_US" });
        Answer(0, new ConnectionTune { ChannelMax = 2047, FrameMax = 131072, Heartbeat = 0 });
        Answer(0, new ConnectionOpenOk());
        Expect(Session.OpenChannel(out var channel, out _));
        Channel = channel;
        Answer(Channel, new ChannelOpenOk());
    }

    /// <summary>The session.</summary>
    public AmqpSession Session { get; }

    /// <summary>Its open channel.</summary>
    public ushort Channel { get; }

    /// <summary>What it has written.</summary>
    public ReusableBuffer Output { get; } = new(16 * 1024 * 1024);

    /// <summary>Makes a call and answers it.</summary>
    public void Call(AmqpMethod request, AmqpMethod reply)
    {
        Expect(Session.Call(Channel, request, out _));
        Answer(Channel, reply);
    }

    /// <summary>Gives bytes to the session and reads all events; returns how many there were.</summary>
    public int Receive(in ReadOnlySequence<byte> bytes)
    {
        var scope = Session.Receive(in bytes, MonoTime.Zero);
        var events = 0;
        while (scope.TryRead(out _))
        {
            events++;
        }

        return events;
    }

    /// <summary>Throws unless a command was taken.</summary>
    public static void Expect(CommandResult result)
    {
        if (result != CommandResult.Ok)
        {
            throw new InvalidOperationException($"The session answered {result}.");
        }
    }

    private void Answer(ushort channel, AmqpMethod method)
    {
        _fromBroker.Clear();
        FrameWriter.WriteMethod(_fromBroker, channel, method);
        if (Receive(new ReadOnlySequence<byte>(_fromBroker.Bytes.ToArray())) < 0 || Session.WantsClose)
        {
            throw new InvalidOperationException($"The session ended on {method.Id}.");
        }

        Output.Clear();
    }
}
