using System.Buffers;
using System.Text;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// Content that arrives (AMQP 0-9-1 section 4.2.6): on one channel strictly method, header, bodies; other channels may
// come in between. Each body frame becomes one event at once, so memory does not grow with the body.
public sealed partial class AmqpSession
{
    private WireError OnContentMethod(ChannelModel model, MethodId id, ReadOnlySpan<byte> payload)
    {
        ref ContentAssembly content = ref model.Content;
        content.Method = id;
        content.Stage = ContentStage.Header;
        WireError error;
        switch (id)
        {
            case MethodId.BasicDeliver:
                if (BasicDeliverView.TryRead(payload, out BasicDeliverView deliver, out error))
                {
                    content.Label = model.LastTag = TagOf(model, deliver.ConsumerTag);
                    content.DeliveryTag = deliver.DeliveryTag;
                    content.Redelivered = deliver.Redelivered;
                    content.Exchange = _strings.Get(deliver.Exchange);
                    content.RoutingKey = _strings.Get(deliver.RoutingKey);
                }

                return error;
            case MethodId.BasicReturn:
                if (BasicReturnView.TryRead(payload, out BasicReturnView returned, out error))
                {
                    content.ReplyCode = (ReplyCode)returned.ReplyCode;
                    content.Label = _strings.Get(returned.ReplyText);
                    content.Exchange = _strings.Get(returned.Exchange);
                    content.RoutingKey = _strings.Get(returned.RoutingKey);
                }

                return error;
            default:
                if (BasicGetOkView.TryRead(payload, out BasicGetOkView got, out error))
                {
                    content.DeliveryTag = got.DeliveryTag;
                    content.Redelivered = got.Redelivered;
                    content.MessageCount = got.MessageCount;
                    content.Exchange = _strings.Get(got.Exchange);
                    content.RoutingKey = _strings.Get(got.RoutingKey);
                    error = CheckGet(model);
                }

                return error;
        }
    }

    private static WireError CheckGet(ChannelModel model) => model.InFlight is { Method: BasicGet }
        ? default
        : new WireError(
            ReplyCode.CommandInvalid,
            $"basic.get-ok on channel {model.Number}, where no basic.get is pending",
            MethodId.BasicGetOk);

    private void OnContentFrame(in Frame frame)
    {
        if (frame.Channel == 0)
        {
            if (ConnectionStates.Find(State, ConnectionInput.ChannelFrame).Verdict != StateVerdict.Ignore)
            {
                Violate(new WireError(ReplyCode.UnexpectedFrame, "content on channel 0"));
            }

            return;
        }

        if (!Admit(frame.Channel, ChannelInput.ContentFrame, 0, out ChannelModel model))
        {
            return;
        }

        ContentStage due = frame.Type == FrameType.Header ? ContentStage.Header : ContentStage.Body;
        if (model.Content.Stage != due)
        {
            Violate(OutOfOrder(model, frame.Type));
        }
        else if (due == ContentStage.Header)
        {
            OnHeader(model, Contiguous(in frame));
        }
        else
        {
            OnBody(model, in frame);
        }
    }

    // Errors are made apart from the code that every message passes: their texts would burden its stack frames.
    private static WireError OutOfOrder(ChannelModel model, FrameType type)
    {
        string what = type == FrameType.Header ? "a content header" : "a body frame";
        return new WireError(
            ReplyCode.UnexpectedFrame,
            $"{what} on channel {model.Number} where {Due(model.Content.Stage)} was due",
            model.Content.Method);
    }

    private static WireError WrongClass(ChannelModel model, ushort classId) => new(
        ReplyCode.UnexpectedFrame,
        $"a content header of class {classId} on channel {model.Number} where class 60 was due",
        model.Content.Method);

    private static WireError TooLarge(ChannelModel model, ulong bodySize, long limit) => new(
        ReplyCode.ResourceError,
        $"a body of {bodySize} bytes on channel {model.Number}; the limit is {limit}",
        model.Content.Method);

    private static WireError TooLong(ChannelModel model) => new(
        ReplyCode.UnexpectedFrame,
        $"a body on channel {model.Number} is longer than the {model.Content.BodySize} bytes that its header says",
        model.Content.Method);

    private static string Due(ContentStage stage) => stage switch
    {
        ContentStage.Header => "a content header",
        ContentStage.Body => "a body frame",
        _ => "a method",
    };

    // A channel mostly has one consumer, while there may be more of them in all than the cache of strings has places.
    private string TagOf(ChannelModel model, ReadOnlySpan<byte> tag) =>
        Ascii.Equals(tag, model.LastTag) ? model.LastTag : _strings.Get(tag);

    private void OnHeader(ChannelModel model, ReadOnlySpan<byte> payload)
    {
        ref ContentAssembly content = ref model.Content;
        if (!ContentHeader.TryRead(
                payload,
                out ushort classId,
                out ulong bodySize,
                out ReadOnlySpan<byte> bytes,
                out WireError error)
            || !_properties.TryRead(bytes, out BasicProperties properties, out error))
        {
            Violate(error with { Method = content.Method });
            return;
        }

        if (classId != MethodIdExtensions.ClassId(content.Method))
        {
            Violate(WrongClass(model, classId));
            return;
        }

        if (bodySize > (ulong)_options.Limits.MaxBodySize)
        {
            Violate(TooLarge(model, bodySize, _options.Limits.MaxBodySize));
            return;
        }

        content.BodySize = bodySize;
        content.Remaining = bodySize;
        content.Stage = bodySize == 0 ? ContentStage.None : ContentStage.Body;
        TellContent(model, properties);
    }

    private void TellContent(ChannelModel model, BasicProperties properties)
    {
        ref ContentAssembly content = ref model.Content;
        EventKind kind = content.Method switch
        {
            MethodId.BasicDeliver => EventKind.Delivery,
            MethodId.BasicReturn => EventKind.Return,
            _ => EventKind.GetOk,
        };
        ref EventSlot slot = ref _events.Add(kind, model.Number);
        slot.Exchange = content.Exchange;
        slot.RoutingKey = content.RoutingKey;
        slot.Properties = properties;
        slot.Extent = content.BodySize;
        if (kind == EventKind.Return)
        {
            slot.Label = content.Label;
            slot.ReplyCode = content.ReplyCode;
            content.BodyHash = 0;
            content.Properties = properties;
        }
        else
        {
            slot.Number = content.DeliveryTag;
            slot.Redelivered = content.Redelivered;
        }

        if (kind == EventKind.Delivery)
        {
            slot.Label = content.Label;
        }
        else if (kind == EventKind.GetOk)
        {
            slot.MessageCount = content.MessageCount;
            slot.Request = model.InFlight!.Value.Id;
            model.Sent.Dequeue();
        }

        if (content.Stage == ContentStage.None)
        {
            EndContent(model);
        }
    }

    private void OnBody(ChannelModel model, in Frame frame)
    {
        ref ContentAssembly content = ref model.Content;
        ulong length = (ulong)frame.Length;
        if (length > content.Remaining)
        {
            Violate(TooLong(model));
            return;
        }

        if (length == 0)
        {
            return; // RabbitMQ takes an empty body frame as well (measured)
        }

        content.Remaining -= length;
        if (content.Method == MethodId.BasicReturn)
        {
            ReadOnlySequence<byte> payload = frame.Payload;
            content.BodyHash = BodyHash.Add(content.BodyHash, in payload);
        }

        ref EventSlot slot = ref _events.Add(EventKind.Body, model.Number);
        slot.Body = frame.Payload;
        slot.Extent = length;
        slot.Flag = content.Remaining == 0;
        if (content.Remaining == 0)
        {
            content.Stage = ContentStage.None;
            EndContent(model);
        }
    }

    private void EndContent(ChannelModel model)
    {
        ref ContentAssembly content = ref model.Content;
        if (content.Method == MethodId.BasicGetOk)
        {
            _callsDue = model;
        }
        else if (content.Method == MethodId.BasicReturn
            && model.Mandatory?.Match(model.Confirms!, in content) is { } sequence and not 0)
        {
            _events.Add(EventKind.PublishReturned, model.Number).Number = sequence;
        }
    }
}
