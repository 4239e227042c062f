using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>Class queue (AMQP 0-9-1 §1.7): declare, bind, unbind, and how a method finds its queue.</content>
public sealed partial class BrokerConnection
{
    private bool OnQueueMethod(ChannelModel channel, AmqpMethod method)
    {
        switch (method)
        {
            case QueueDeclare declare:
                OnQueueDeclare(channel, declare);
                return true;
            case QueueBind bind:
                OnQueueBind(channel, bind);
                return true;
            case QueueUnbind unbind:
                OnQueueUnbind(channel, unbind);
                return true;
            case QueuePurge purge:
                OnQueuePurge(channel, purge);
                return true;
            case QueueDelete delete:
                OnQueueDelete(channel, delete);
                return true;
            default:
                return false;
        }
    }

    private void OnQueueDeclare(ChannelModel channel, QueueDeclare declare)
    {
        if (IsReplyQueue(declare.Queue))
        {
            WriteDeclareOk(channel, declare, declare.Queue, 0, 1);
            return;
        }

        QueueModel? queue;
        if (declare.Passive)
        {
            if (_core.Profile.PassiveDeclareNeedsConfigure
                && !MayUseQueue(channel, PermissionKind.Configure, declare.Queue))
            {
                return;
            }

            if (!TryFindQueue(channel, declare.Queue, out queue))
            {
                return;
            }
        }
        else
        {
            queue = DeclareQueue(channel, declare with
            {
                Arguments = _virtualHost!.WithQueueType(
                    declare.Arguments, declare.Durable, declare.Exclusive, declare.AutoDelete),
            });
        }

        if (queue is not null)
        {
            channel.LastQueue = queue.Name;
            queue.Touch();
            WriteDeclareOk(channel, declare, queue.Name, queue.ReadyCount, queue.ConsumerCount);
        }
    }

    private void WriteDeclareOk(ChannelModel channel, QueueDeclare declare, string name, int messages, int consumers)
    {
        if (!declare.NoWait)
        {
            Write(channel.Number, new QueueDeclareOk
            {
                Queue = name,
                MessageCount = (uint)messages,
                ConsumerCount = (uint)consumers,
            });
        }
    }

    /// <summary>Makes the queue, or checks that the one there is the same; null when the channel was closed.</summary>
    private QueueModel? DeclareQueue(ChannelModel channel, QueueDeclare declare)
    {
        string name = StripLineBreaks(declare.Queue);
        bool isServerNamed = name.Length == 0;
        bool isDurable = declare.Durable && !declare.Exclusive;
        if (isServerNamed && QueueArgumentRules.KindOf(declare.Arguments) is not QueueKind.Classic and var kind)
        {
            FailChannel(
                channel,
                ReplyCode.PreconditionFailed,
                $"Cannot declare a server-named queue for type {QueueArgumentRules.ModuleName(kind)}");
            return null;
        }

        if (isServerNamed)
        {
            name = _core.Names.Next("amq.gen-");
        }
        else if (name.StartsWith("amq.", StringComparison.Ordinal))
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.ReservedName("queue", name));
            return null;
        }

        if (!MayUseQueue(channel, PermissionKind.Configure, name))
        {
            return null;
        }

        string shown = ReplyTexts.Queue(name, _virtualHost!.Name);
        if (_virtualHost.TryGetQueue(name, out QueueModel existing))
        {
            return IsEquivalent(channel, existing, declare, isDurable, shown) ? existing : null;
        }

        if (!MayMakeQueue(channel, declare, name, shown))
        {
            return null;
        }

        QueueModel queue = QueueModel.Create(
            _virtualHost,
            name,
            declare.Arguments,
            isDurable,
            declare.AutoDelete,
            declare.Exclusive ? this : null);
        _virtualHost.Add(queue);
        if (declare.Exclusive)
        {
            _exclusiveQueues.Add(queue);
        }

        return queue;
    }

    /// <summary>The checks on a queue that is not there yet, in RabbitMQ's order.</summary>
    private bool MayMakeQueue(ChannelModel channel, QueueDeclare declare, string name, string shown)
    {
        if (_virtualHost!.MaxQueues is { } most && _virtualHost.QueueCount >= most)
        {
            FailChannel(
                channel,
                ReplyCode.PreconditionFailed,
                $"cannot declare queue '{name}': queue limit in vhost '{_virtualHost.Name}' ({most}) is reached");
            return false;
        }

        if (!MayNameExchange(channel, declare.Arguments, "x-dead-letter-exchange", shown, out string? deadLetters)
            || (deadLetters is not null && !(MayUseQueue(channel, PermissionKind.Read, name)
                && MayUseExchange(channel, PermissionKind.Write, deadLetters))))
        {
            return false;
        }

        if (!_core.Profile.PermitsTransientSharedQueues && !declare.Durable && !declare.Exclusive)
        {
            FailConnection(ReplyCode.InternalError, ReplyTexts.TransientQueuesDenied);
            return false;
        }

        // A placement strategy of the wrong type crashes RabbitMQ's channel.
        if (_core.Profile.ChecksQueueMasterLocator
            && declare.Arguments.TryGet("x-queue-master-locator", out FieldValue locator)
            && locator.Type != FieldType.LongString)
        {
            FailConnection(ReplyCode.InternalError, "");
            return false;
        }

        string? refusal = QueueArgumentRules.Refusal(declare.Arguments, shown, _core.Profile)
            ?? QueueArgumentRules.PropertyRefusal(
                declare.Arguments,
                declare.Durable && !declare.Exclusive,
                declare.Exclusive,
                declare.AutoDelete,
                shown);
        if (refusal is not null)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, refusal);
        }

        return refusal is null;
    }

    private bool IsEquivalent(
        ChannelModel channel,
        QueueModel queue,
        QueueDeclare declare,
        bool isDurable,
        string shown)
    {
        if ((queue.Owner is not null) != declare.Exclusive || (queue.Owner is not null && queue.Owner != this))
        {
            FailChannel(channel, ReplyCode.ResourceLocked, ReplyTexts.Locked(shown));
            return false;
        }

        if (queue.IsDurable != isDurable)
        {
            FailChannel(
                channel,
                ReplyCode.PreconditionFailed,
                ReplyTexts.Inequivalent("durable", shown, isDurable, queue.IsDurable));
            return false;
        }

        if (queue.IsAutoDelete != declare.AutoDelete)
        {
            FailChannel(
                channel,
                ReplyCode.PreconditionFailed,
                ReplyTexts.Inequivalent("auto_delete", shown, declare.AutoDelete, queue.IsAutoDelete));
            return false;
        }

        foreach (string key in QueueArgumentRules.Compared(queue.Kind))
        {
            FieldTable received = WithoutDefault(declare.Arguments, queue.Arguments, key);
            FieldTable current = WithoutDefault(queue.Arguments, declare.Arguments, key);
            if (ArgumentInequivalence(key, received, current, shown) is { } difference)
            {
                FailChannel(channel, ReplyCode.PreconditionFailed, difference);
                return false;
            }
        }

        return true;
    }

    /// <summary>The explicit type classic equals none: beside none it is compared as if it were absent.</summary>
    private static FieldTable WithoutDefault(FieldTable arguments, FieldTable others, string key) =>
        key == "x-queue-type" && !others.ContainsKey(key) && arguments.TryGet(key, out FieldValue value)
            && value.Type == FieldType.LongString && value.AsString() == "classic"
            ? FieldTable.Empty
            : arguments;

    private void OnQueueBind(ChannelModel channel, QueueBind bind)
    {
        string source = StripLineBreaks(bind.Exchange);
        string key = bind.RoutingKey;
        if (!TryExpandName(channel, StripLineBreaks(bind.Queue), out string name)
            || !MayUseQueue(channel, PermissionKind.Write, name)
            || !MayBindSource(channel, source, ExpandKey(bind.Queue, key, name)))
        {
            return;
        }

        if (!_virtualHost!.TryGetExchange(source, out ExchangeModel exchange))
        {
            FailChannel(channel, ReplyCode.NotFound, NoExchange(source));
        }
        else if (TryFindQueue(channel, name, out QueueModel? queue) && TryBind(channel, new Binding
        {
            Source = exchange,
            Queue = queue,
            Key = ExpandKey(bind.Queue, key, name),
            Arguments = bind.Arguments,
        }) && !bind.NoWait)
        {
            Write(channel.Number, new QueueBindOk());
        }
    }

    /// <summary>
    /// Whatever is missing, the answer is unbind-ok; an exclusive queue of another connection is no obstacle.
    /// </summary>
    private void OnQueueUnbind(ChannelModel channel, QueueUnbind unbind)
    {
        string source = StripLineBreaks(unbind.Exchange);
        if (!TryExpandName(channel, StripLineBreaks(unbind.Queue), out string name)
            || !MayUseQueue(channel, PermissionKind.Write, name)
            || !MayBindSource(channel, source, ExpandKey(unbind.Queue, unbind.RoutingKey, name)))
        {
            return;
        }

        if (_virtualHost!.TryGetExchange(source, out ExchangeModel exchange)
            && _virtualHost.TryGetQueue(name, out QueueModel queue))
        {
            _virtualHost.Unbind(new Binding
            {
                Source = exchange,
                Queue = queue,
                Key = ExpandKey(unbind.Queue, unbind.RoutingKey, name),
                Arguments = unbind.Arguments,
            });
        }

        Write(channel.Number, new QueueUnbindOk());
    }

    /// <summary>An empty name stands for the queue last declared on the channel.</summary>
    private bool TryExpandName(ChannelModel channel, string name, out string expanded)
    {
        expanded = name.Length > 0 ? name : channel.LastQueue ?? "";
        if (expanded.Length > 0)
        {
            return true;
        }

        FailChannel(channel, ReplyCode.NotFound, ReplyTexts.NoPreviousQueue);
        return false;
    }

    /// <summary>With both the queue and the key left empty, the key is the queue's name.</summary>
    private static string ExpandKey(string givenQueue, string givenKey, string queue) =>
        givenQueue.Length == 0 && givenKey.Length == 0 ? queue : givenKey;

    /// <summary>Looks a queue up for use by this connection; 404 and 405 close the channel.</summary>
    private bool TryFindQueue(
        ChannelModel channel,
        string name,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out QueueModel? queue)
    {
        if (!_virtualHost!.TryGetQueue(name, out queue))
        {
            FailChannel(channel, ReplyCode.NotFound, "no " + ReplyTexts.Queue(name, _virtualHost.Name));
            return false;
        }

        if (queue.Owner is not null && queue.Owner != this)
        {
            FailChannel(channel, ReplyCode.ResourceLocked, ReplyTexts.Locked(Shown(queue)));
            return false;
        }

        return true;
    }

    private static string Shown(QueueModel queue) => ReplyTexts.Queue(queue.Name, queue.VirtualHost.Name);
}
