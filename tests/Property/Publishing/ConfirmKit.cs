using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Property.Session;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Publishing;

/// <summary>What the properties of confirms share.</summary>
internal static class ConfirmKit
{
    /// <summary>A channel in confirm mode.</summary>
    public static ushort Open(ScriptedPeer peer)
    {
        ushort channel = peer.OpenChannel();
        peer.Call(channel, new ConfirmSelect());
        peer.Feed(channel, new ConfirmSelectOk());
        return channel;
    }

    /// <summary>Publishes a message of a key and a body of its own length.</summary>
    /// <returns>Its sequence number.</returns>
    public static ulong Publish(ScriptedPeer peer, ushort channel, int key = 0, int size = 0, bool mandatory = false)
    {
        CommandResult result = peer.Session.Publish(
            channel, "", $"k{key}", mandatory, BasicProperties.Empty, new byte[size], out ulong sequence);
        Assert.Equal(CommandResult.Ok, result);
        peer.Drain();
        return sequence;
    }

    /// <summary>Feeds the return of such a message.</summary>
    public static void Return(ScriptedPeer peer, ushort channel, int key, int size)
    {
        var method = new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE", RoutingKey = $"k{key}" };
        foreach (byte[] frame in PeerKit.Content(channel, method, new byte[size], Math.Max(1, size / 2)))
        {
            peer.Feed(frame);
        }
    }

    /// <summary>Feeds a settlement.</summary>
    public static void Settle(ScriptedPeer peer, ushort channel, ulong tag, bool multiple, bool nack) => peer.Feed(
        channel,
        nack
            ? new BasicNack { DeliveryTag = tag, Multiple = multiple }
            : new BasicAck { DeliveryTag = tag, Multiple = multiple });

    /// <summary>The publishes that events of a kind name, in the order told.</summary>
    public static IEnumerable<ulong> Numbers(IEnumerable<EventRecord> events, EventKind kind) =>
        from e in events
        where e.Kind == kind
        from offset in Enumerable.Range(0, (int)(e.ToSequence - e.FromSequence) + 1)
        select e.FromSequence + (ulong)offset;
}
