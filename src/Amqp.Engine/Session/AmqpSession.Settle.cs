using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// Settlement both ways: our acknowledgements of deliveries, and the broker's of publishes (RabbitMQ's publisher
// confirms).
public sealed partial class AmqpSession
{
    /// <summary>Acknowledges a delivery (<c>basic.ack</c>).</summary>
    /// <param name="channel">The channel that delivered it.</param>
    /// <param name="deliveryTag">The delivery's tag; 0 with <paramref name="multiple"/> means all.</param>
    /// <param name="multiple">Whether all earlier deliveries of the channel are meant too.</param>
    /// <returns>Whether it was sent.</returns>
    public CommandResult Ack(ushort channel, ulong deliveryTag, bool multiple)
    {
        if (FindOpen(channel, out _) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        WireWriter writer = BeginSmall(channel, HotMethods.AckLength);
        HotMethods.WriteAck(ref writer, deliveryTag, multiple);
        EndSmall(ref writer);
        return CommandResult.Ok;
    }

    /// <summary>Refuses a delivery (RabbitMQ's <c>basic.nack</c>).</summary>
    /// <param name="channel">The channel that delivered it.</param>
    /// <param name="deliveryTag">The delivery's tag; 0 with <paramref name="multiple"/> means all.</param>
    /// <param name="multiple">Whether all earlier deliveries of the channel are meant too.</param>
    /// <param name="requeue">Whether the broker shall put the messages back; otherwise they are dropped or
    /// dead-lettered.</param>
    /// <returns>Whether it was sent.</returns>
    public CommandResult Nack(ushort channel, ulong deliveryTag, bool multiple, bool requeue)
    {
        if (FindOpen(channel, out _) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        WireWriter writer = BeginSmall(channel, HotMethods.NackLength);
        HotMethods.WriteNack(ref writer, deliveryTag, multiple, requeue);
        EndSmall(ref writer);
        return CommandResult.Ok;
    }

    /// <summary>Refuses one delivery (<c>basic.reject</c>).</summary>
    /// <param name="channel">The channel that delivered it.</param>
    /// <param name="deliveryTag">The delivery's tag.</param>
    /// <param name="requeue">Whether the broker shall put the message back; otherwise it is dropped or
    /// dead-lettered.</param>
    /// <returns>Whether it was sent.</returns>
    public CommandResult Reject(ushort channel, ulong deliveryTag, bool requeue)
    {
        if (FindOpen(channel, out _) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        WireWriter writer = BeginSmall(channel, HotMethods.RejectLength);
        HotMethods.WriteReject(ref writer, deliveryTag, requeue);
        EndSmall(ref writer);
        return CommandResult.Ok;
    }

    private WireWriter BeginSmall(ushort channel, int payloadLength)
    {
        var writer = new WireWriter(_output.GetSpan(payloadLength + FrameWriter.Overhead));
        WriteFrameStart(ref writer, FrameType.Method, channel, payloadLength);
        return writer;
    }

    private void EndSmall(ref WireWriter writer)
    {
        writer.WriteOctet(FrameWriter.FrameEnd);
        _output.Advance(writer.Written);
        _wroteSinceTick = true;
    }

    private WireError OnSettle(ChannelModel model, MethodId id, ReadOnlySpan<byte> payload)
    {
        ulong tag;
        bool multiple;
        WireError error;
        if (id == MethodId.BasicAck)
        {
            if (!BasicAckView.TryRead(payload, out BasicAckView ack, out error))
            {
                return error;
            }

            (tag, multiple) = (ack.DeliveryTag, ack.Multiple);
        }
        else
        {
            if (!BasicNackView.TryRead(payload, out BasicNackView nack, out error))
            {
                return error;
            }

            (tag, multiple) = (nack.DeliveryTag, nack.Multiple);
        }

        if (model.Confirms is not { } confirms)
        {
            return NotConfirming(model, id);
        }

        if (!confirms.IsKnown(tag, multiple))
        {
            return NeverPublished(model, id, tag);
        }

        return Settle(model, confirms, tag, multiple, nacked: id == MethodId.BasicNack, id);
    }

    private static WireError NotConfirming(ChannelModel model, MethodId id) => new(
        ReplyCode.CommandInvalid,
        $"{MethodIdExtensions.Name(id)} on channel {model.Number}, which is not in confirm mode",
        id);

    private static WireError NeverPublished(ChannelModel model, MethodId id, ulong tag) => new(
        ReplyCode.CommandInvalid,
        $"{MethodIdExtensions.Name(id)} on channel {model.Number} settles publish {tag}, which was never made",
        id);

    private WireError Settle(
        ChannelModel model,
        ConfirmTracker confirms,
        ulong tag,
        bool multiple,
        bool nacked,
        MethodId id)
    {
        if (!multiple)
        {
            if (confirms.TrySettle(tag))
            {
                TellSettled(model, tag, tag, nacked);
            }
        }
        else
        {
            ulong upTo = tag == 0 ? ulong.MaxValue : tag;
            while (confirms.TryTakeRun(upTo, out ulong from, out ulong to))
            {
                TellSettled(model, from, to, nacked);
                if (_events.Count > _options.Limits.MaxPendingEvents)
                {
                    return new WireError(
                        ReplyCode.ResourceError,
                        $"{MethodIdExtensions.Name(id)} on channel {model.Number} makes more events than the limit",
                        id);
                }
            }
        }

        model.Mandatory?.Trim(confirms.Lowest);
        return default;
    }

    private void TellSettled(ChannelModel model, ulong from, ulong to, bool nacked)
    {
        ref EventSlot slot = ref _events.Add(EventKind.PublishSettled, model.Number);
        slot.Number = from;
        slot.Extent = to;
        slot.Flag = nacked;
    }

    private void LosePublishes(ChannelModel model, SessionEnd reason)
    {
        while (model.Confirms is { } confirms && confirms.TryTakeRun(ulong.MaxValue, out ulong from, out ulong to))
        {
            ref EventSlot slot = ref _events.Add(EventKind.PublishesLost, model.Number);
            slot.Number = from;
            slot.Extent = to;
            slot.Reason = reason;
        }
    }
}
