using System.Buffers;
using System.Buffers.Binary;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Simulation.Peers;

// Frames made by hand, and the polite beginnings most scripts share.
public sealed partial class ScriptedPeer
{
    /// <summary>The bytes of any frame, good or bad.</summary>
    /// <param name="type">The type octet.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="end">The frame end; 0xCE in a good frame.</param>
    /// <returns>A new array.</returns>
    public static byte[] RawFrame(byte type, ushort channel, ReadOnlySpan<byte> payload, byte end = 0xCE)
    {
        byte[] frame = new byte[payload.Length + FrameWriter.Overhead];
        frame[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), channel);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(3), (uint)payload.Length);
        payload.CopyTo(frame.AsSpan(7));
        frame[^1] = end;
        return frame;
    }

    /// <summary>The bytes of a method frame.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="method">The method.</param>
    /// <returns>A new array.</returns>
    public static byte[] MethodFrame(ushort channel, AmqpMethod method)
    {
        var writer = new ArrayBufferWriter<byte>();
        FrameWriter.WriteMethod(writer, channel, method);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The bytes of a content header frame.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="bodySize">The announced length of the body.</param>
    /// <param name="properties">The properties, or null for none.</param>
    /// <returns>A new array.</returns>
    public static byte[] HeaderFrame(ushort channel, ulong bodySize, BasicProperties? properties = null)
    {
        var writer = new ArrayBufferWriter<byte>();
        FrameWriter.WriteHeader(writer, channel, properties ?? BasicProperties.Empty, bodySize);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The bytes of one body frame.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="body">The bytes.</param>
    /// <returns>A new array.</returns>
    public static byte[] BodyFrame(ushort channel, ReadOnlySpan<byte> body) =>
        RawFrame((byte)FrameType.Body, channel, body);

    /// <summary>The bytes of a heartbeat frame.</summary>
    /// <returns>A new array.</returns>
    public static byte[] HeartbeatFrame() => RawFrame((byte)FrameType.Heartbeat, 0, []);

    /// <summary>Feeds a method.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="method">The method.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer Feed(ushort channel, AmqpMethod method) => Feed(MethodFrame(channel, method));

    /// <summary>The <c>connection.start</c> of RabbitMQ.</summary>
    /// <returns>A new method.</returns>
    public static ConnectionStart StartMethod() => new()
    {
        VersionMajor = 0,
        VersionMinor = 9,
        ServerProperties = FieldTable.Create(("product", "Scripted"), ("capabilities", FieldTable.Create(
            ("publisher_confirms", true),
            ("basic.nack", true),
            ("consumer_cancel_notify", true),
            ("connection.blocked", true)))),
        Mechanisms = "PLAIN AMQPLAIN",
        Locales = "en_US",
    };

    /// <summary>Plays the handshake up to a state, starting the session first.</summary>
    /// <param name="state">Up to <see cref="ConnectionState.Open"/>.</param>
    /// <param name="tune">The tune to propose, or null for RabbitMQ's.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer HandshakeTo(ConnectionState state, ConnectionTune? tune = null)
    {
        if (state >= ConnectionState.AwaitingStart)
        {
            Start();
        }

        if (state >= ConnectionState.AwaitingTune)
        {
            Feed(0, StartMethod());
        }

        if (state >= ConnectionState.AwaitingOpenOk)
        {
            Feed(0, tune ?? new ConnectionTune { ChannelMax = 2047, FrameMax = 131072, Heartbeat = 60 });
        }

        if (state >= ConnectionState.Open)
        {
            Feed(0, new ConnectionOpenOk());
        }

        return this;
    }

    /// <summary>Plays the whole handshake.</summary>
    /// <param name="tune">The tune to propose, or null for RabbitMQ's.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer Handshake(ConnectionTune? tune = null) => HandshakeTo(ConnectionState.Open, tune);

    /// <summary>Has the session open a channel and answers.</summary>
    /// <returns>The channel's number.</returns>
    public ushort OpenChannel()
    {
        ushort channel = BeginChannel(out _);
        Feed(channel, new ChannelOpenOk());
        return channel;
    }

    /// <summary>Has the session ask for a channel, without an answer.</summary>
    /// <param name="id">The request.</param>
    /// <returns>The channel's number.</returns>
    public ushort BeginChannel(out RequestId id)
    {
        CommandResult result = Session.OpenChannel(out ushort channel, out id);
        if (result != CommandResult.Ok)
        {
            throw new InvalidOperationException($"The session refused to open a channel: {result}.");
        }

        Drain();
        return channel;
    }

    /// <summary>Has the session make a call, without an answer.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="method">The method.</param>
    /// <returns>The request.</returns>
    public RequestId Call(ushort channel, AmqpMethod method)
    {
        CommandResult result = Session.Call(channel, method, out RequestId id);
        if (result != CommandResult.Ok)
        {
            throw new InvalidOperationException($"The session refused {method.Id}: {result}.");
        }

        Drain();
        return id;
    }
}
