using System.Globalization;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Publishing: content frames in, routing, returns and confirms (AMQP 0-9-1 §1.8.3.7, §4.2.6).</content>
public sealed partial class BrokerConnection
{
    private readonly List<QueueModel> _routed = [];

    private void OnPublish(ChannelModel channel, ReadOnlySpan<byte> payload)
    {
        if (!BasicPublishView.TryRead(payload, out BasicPublishView publish, out WireError error))
        {
            OnUndecodable(payload, error);
            return;
        }

        channel.Content.BeginPublish(publish.Exchange, publish.RoutingKey, publish.Mandatory, publish.Immediate);
    }

    // content header, AMQP 0-9-1 §4.2.6.1
    //   0          2        4           12               14
    //   +----------+--------+-----------+----------------+-----------------+
    //   | class-id | weight | body size | property flags | property list…  |
    //   +----------+--------+-----------+----------------+-----------------+
    //     short      short    long long   short            as the flags say
    private void OnContentFrame(ChannelModel channel, byte type, ReadOnlySpan<byte> payload)
    {
        InboundContent content = channel.Content;
        _method = content.Method;
        if (content.Stage == ContentStage.Body)
        {
            if (type != BodyFrame)
            {
                FailConnection(
                    ReplyCode.UnexpectedFrame,
                    "expected content body, got non content body frame instead");
            }
            else if (content.AddBody(payload))
            {
                OnContentComplete(channel);
            }

            return;
        }

        ushort weight = type == HeaderFrame ? (ushort)((payload[2] << 8) | payload[3]) : (ushort)1;
        if (weight != 0)
        {
            FailConnection(
                ReplyCode.UnexpectedFrame,
                "expected content header for class 60, got non content header frame instead");
            return;
        }

        int classId = (payload[0] << 8) | payload[1];
        if (classId != 60)
        {
            FailConnection(ReplyCode.UnexpectedFrame, string.Create(
                CultureInfo.InvariantCulture,
                $"expected content header for class 60, got one for class {classId} instead"));
            return;
        }

        ulong size = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(payload[4..]);
        if (!content.BeginBody(size, payload[12..], _core.MaxMessageSize))
        {
            content.Properties = PropertyText.Read(payload[12..], _core.Limits);
        }

        if (size == 0)
        {
            OnContentComplete(channel);
        }

        if (_core.HasAlarm && _phase == ConnectionPhase.Running)
        {
            SuspendReading();
        }
    }

    private void OnContentComplete(ChannelModel channel)
    {
        InboundContent content = channel.Content;
        VirtualHost virtualHost = _virtualHost!;
        if (content.Method != MethodId.BasicPublish)
        {
            FailConnection(ReplyCode.CommandInvalid, UnimplementedMethod);
        }
        else if (content.IsImmediate)
        {
            FailConnection(ReplyCode.NotImplemented, "immediate=true");
        }
        else if (content.IsOversized)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, string.Create(
                CultureInfo.InvariantCulture,
                $"message size {content.BodySize} is larger than configured max size {_core.MaxMessageSize}"));
        }
        else if (!MayUseExchange(channel, PermissionKind.Write, content.Exchange))
        {
            return;
        }
        else if (!virtualHost.TryGetExchange(content.Exchange, out ExchangeModel exchange))
        {
            FailChannel(channel, ReplyCode.NotFound, NoExchange(content.Exchange));
        }
        else if (exchange.IsInternal)
        {
            FailChannel(channel, ReplyCode.AccessRefused, $"cannot publish to internal {Shown(exchange)}");
        }
        else if (!_core.Profile.HasMessageContainers
            && !MayUseTopic(channel, PermissionKind.Write, exchange, content.RoutingKey))
        {
            return;
        }
        else if (content.Properties is not { } properties)
        {
            FailConnection(ReplyCode.InternalError, "");
        }
        else if (TryAddressReply(channel, ref properties))
        {
            if (MayPublish(channel, exchange, properties))
            {
                Publish(channel, exchange, properties);
            }
        }
    }

    // Releases with message containers look at the topics after the content, and at those of CC and BCC too (measured
    // on 4.0); before, only the routing key counted, and first of all.
    private bool MayPublish(ChannelModel channel, ExchangeModel exchange, BasicProperties properties)
    {
        string? foreignUser = MessageRules.UserRefusal(properties, _user!.User);
        string? refusal = MessageRules.Refusal(properties, _core.Profile);
        if (_core.Profile.HasMessageContainers)
        {
            if (refusal is null && !MayUseTopics(channel, exchange, properties))
            {
                return false;
            }

            refusal ??= foreignUser;
        }

        refusal = _core.Profile.HasMessageContainers ? refusal : foreignUser ?? refusal;
        if (refusal is not null)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, refusal);
        }

        return refusal is null;
    }

    private bool MayUseTopics(ChannelModel channel, ExchangeModel exchange, BasicProperties properties)
    {
        if (!MayUseTopic(channel, PermissionKind.Write, exchange, channel.Content.RoutingKey))
        {
            return false;
        }

        foreach (string key in MessageRules.ExtraKeys(properties))
        {
            if (!MayUseTopic(channel, PermissionKind.Write, exchange, key))
            {
                return false;
            }
        }

        return true;
    }

    private void Publish(ChannelModel channel, ExchangeModel exchange, BasicProperties properties)
    {
        InboundContent content = channel.Content;
        bool isAsSent = ReferenceEquals(properties, content.Properties);
        IReadOnlyList<string> extraKeys = MessageRules.ExtraKeys(properties);
        if (extraKeys.Count > 0 || properties.Headers is { Count: > 0 })
        {
            BasicProperties shown = MessageRules.WithoutBlindCopies(properties);
            isAsSent &= ReferenceEquals(shown, properties);
            properties = shown;
        }

        if (_core.Profile.HasMessageContainers)
        {
            BasicProperties kept = ContainerRules.Keep(properties);
            isAsSent &= ReferenceEquals(kept, properties);
            properties = kept;
        }

        StoredMessage message = new()
        {
            Number = _core.NextMessageNumber(),
            Exchange = content.Exchange,
            RoutingKey = content.RoutingKey,
            ExtraKeys = extraKeys,
            HeaderOctets = isAsSent ? content.HeaderOctets : StoredMessage.Encode(properties),
            Properties = properties,
            Body = content.Body,
        };
        _routed.Clear();
        _virtualHost!.Router.Route(exchange, message, _routed);
        bool isMandatory = content.IsMandatory;
        bool isReply = exchange.IsDefault && DeliverReplies(message);
        if (isReply)
        {
            // A direct reply is delivered, yet a mandatory one counted as unroutable for a long time.
            isMandatory &= !_core.Profile.CountsMandatoryReplies;
        }

        if (_virtualHost.IsTracing)
        {
            QueueModel[] routed = [.. _routed];
            TracePublish(channel, message, _routed);
            _routed.Clear();
            _routed.AddRange(routed);
        }

        if (channel.Transaction is { } transaction)
        {
            transaction.Publishes.Add(new HeldPublish(message, [.. _routed], isMandatory, isReply));
            return;
        }

        Complete(channel, message, isMandatory, isReply);
    }

    /// <summary>
    /// A publish counts, at once or at its commit: it is noted, returned, put into its queues and confirmed. False when
    /// a queue refused it. A direct reply is past every fault, since it has been delivered.
    /// </summary>
    private bool Complete(ChannelModel channel, StoredMessage message, bool isMandatory, bool isReply)
    {
        if (!isReply && MeetFault(channel, message, isMandatory))
        {
            return true;
        }

        NotePublished(channel, message, isMandatory, isReply);
        if (_routed.Count == 0 && isMandatory)
        {
            WriteReturn(channel, message);
        }

        bool isTaken = Enqueue(message, _routed, isReply, channel.IsConfirming);
        if (channel.IsConfirming)
        {
            Confirm(channel, message, isTaken);
            Note(isTaken ? BrokerEventKind.Confirmed : BrokerEventKind.Nacked, message);
        }

        return isTaken;
    }

    private void Note(BrokerEventKind kind, StoredMessage message) =>
        _core.Note(kind, message.Number, _virtualHost!.Name, message.Exchange);

    /// <summary>
    /// Puts a message into its queues; false when at least one refused it (the others keep it). Dead letters that come
    /// of it go behind the copies in classic queues and before those in replicated ones, which are later (measured).
    /// </summary>
    private bool Enqueue(StoredMessage message, List<QueueModel> queues, bool isReply, bool isConfirming)
    {
        Note(queues.Count > 0 || isReply ? BrokerEventKind.Published : BrokerEventKind.Unroutable, message);
        bool isTaken = true;
        bool isHolding = queues.Count > 1 && _virtualHost!.DeadLetters.TryHold();
        try
        {
            for (int i = 0; i < queues.Count; i++)
            {
                if (isHolding && i > 0 && queues[i - 1].Kind == QueueKind.Classic
                    && queues[i].Kind != QueueKind.Classic)
                {
                    _virtualHost!.DeadLetters.Work();
                    _virtualHost.DeadLetters.TryHold();
                }

                // A quorum queue tells only who waits for a confirm that it refused: a commit goes well (measured).
                isTaken &= queues[i].IsDeleted || queues[i].Publish(message)
                    || (queues[i].Kind == QueueKind.Quorum && !isConfirming);
            }
        }
        finally
        {
            if (isHolding)
            {
                _virtualHost!.DeadLetters.Work();
            }
        }

        return isTaken;
    }
}
