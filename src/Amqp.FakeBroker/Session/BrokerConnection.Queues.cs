using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
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
            if (!TryFindQueue(channel, declare.Queue, out queue))
            {
                return;
            }
        }
        else
        {
            queue = DeclareQueue(channel, declare);
        }

        if (queue is not null)
        {
            channel.LastQueue = queue.Name;
            WriteDeclareOk(channel, declare, queue.Name, queue.ReadyCount, queue.Consumers.Count);
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
        if (isServerNamed)
        {
            name = _core.Names.Next("amq.gen-");
        }
        else if (name.StartsWith("amq.", StringComparison.Ordinal))
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.ReservedName("queue", name));
            return null;
        }

        string shown = ReplyTexts.Queue(name, _virtualHost!.Name);
        if (_virtualHost.TryGetQueue(name, out QueueModel existing))
        {
            return IsEquivalent(channel, existing, declare, shown) ? existing : null;
        }

        // A placement strategy of the wrong type crashes RabbitMQ's channel.
        if (declare.Arguments.TryGet("x-queue-master-locator", out FieldValue locator)
            && locator.Type != FieldType.LongString)
        {
            FailConnection(ReplyCode.InternalError, "");
            return null;
        }

        if (QueueArgumentRules.Refusal(declare.Arguments, shown) is { } refusal)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, refusal);
            return null;
        }

        QueueModel queue = new()
        {
            Name = name,
            VirtualHost = _virtualHost,
            IsDurable = declare.Durable,
            IsAutoDelete = declare.AutoDelete,
            Owner = declare.Exclusive ? this : null,
            Settings = new QueueSettings(declare.Arguments),
        };
        _virtualHost.Add(queue);
        if (declare.Exclusive)
        {
            _exclusiveQueues.Add(queue);
        }

        return queue;
    }

    private bool IsEquivalent(ChannelModel channel, QueueModel queue, QueueDeclare declare, string shown)
    {
        if (queue.IsDurable != declare.Durable)
        {
            FailChannel(
                channel,
                ReplyCode.PreconditionFailed,
                ReplyTexts.Inequivalent("durable", shown, declare.Durable, queue.IsDurable));
            return false;
        }

        if ((queue.Owner is not null) != declare.Exclusive || (queue.Owner is not null && queue.Owner != this))
        {
            FailChannel(channel, ReplyCode.ResourceLocked, ReplyTexts.Locked(shown));
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

        foreach (string key in QueueArgumentRules.Compared)
        {
            FieldTable received = WithQueueType(declare.Arguments, key);
            if (ArgumentInequivalence(key, received, WithQueueType(queue.Arguments, key), shown) is { } difference)
            {
                FailChannel(channel, ReplyCode.PreconditionFailed, difference);
                return false;
            }
        }

        return true;
    }

    /// <summary>The explicit type classic equals none: compare as if it were absent.</summary>
    private static FieldTable WithQueueType(FieldTable arguments, string key) =>
        key == "x-queue-type" && arguments.TryGet(key, out FieldValue value)
            && value.Type == FieldType.LongString && value.AsString() == "classic"
            ? FieldTable.Empty
            : arguments;

    private void OnQueueBind(ChannelModel channel, QueueBind bind)
    {
        if (!TryExpandName(channel, bind.Queue, out string name))
        {
            return;
        }

        if (bind.Exchange.Length == 0)
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.DefaultExchange);
        }
        else if (!_virtualHost!.TryGetExchange(bind.Exchange, out ExchangeModel exchange))
        {
            FailChannel(channel, ReplyCode.NotFound, NoExchange(bind.Exchange));
        }
        else if (TryFindQueue(channel, name, out QueueModel? queue) && TryBind(channel, new Binding
        {
            Source = exchange,
            Queue = queue,
            Key = ExpandKey(bind.Queue, bind.RoutingKey, name),
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
        if (!TryExpandName(channel, unbind.Queue, out string name))
        {
            return;
        }

        if (unbind.Exchange.Length == 0)
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.DefaultExchange);
            return;
        }

        if (_virtualHost!.TryGetExchange(unbind.Exchange, out ExchangeModel exchange)
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
