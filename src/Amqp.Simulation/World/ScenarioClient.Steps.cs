using Amqp.Engine.Commands;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

// What each step does.
internal sealed partial class ScenarioClient
{
    /// <summary>So far apart are the numbers of the messages of one client and the next.</summary>
    private const int OrdinalsOfClient = 1_000_000;

    private void Perform(Step step, Publication? publication, AmqpSession session)
    {
        switch (step)
        {
            case Step.Wait wait:
                _waitUntil = world.Now + wait.Span;
                world.WakeClientAt(_waitUntil);
                break;
            case Step.Settle:
                break;
            case Step.Close:
                HasClosed = true;
                Record(new CommandRecord(step, 0, session.Close(ReplyCode.Success, "Goodbye", world.ClientNow)));
                break;
            case Step.OpenChannel open:
                CommandResult result = session.OpenChannel(out ushort channel, out RequestId id);
                if (result == CommandResult.Ok)
                {
                    _slots[open.Slot] = channel;
                }

                Record(new CommandRecord(step, channel, result, id));
                break;
            default:
                PerformOnChannel(step, publication, session);
                break;
        }
    }

    private void PerformOnChannel(Step step, Publication? publication, AmqpSession session)
    {
        int slot = StepFacts.SlotOf(step) ?? throw new InvalidOperationException($"{step} names no slot.");
        if (!_slots.TryGetValue(slot, out ushort channel))
        {
            world.PassedOver(step, "passed over");
            return;
        }

        switch (step)
        {
            case Step.CloseChannel:
                CommandResult closed = session.CloseChannel(channel, ReplyCode.Success, "Bye", out RequestId id);
                Record(new CommandRecord(step, channel, closed, id));
                break;
            case Step.Publish publish:
                PerformPublish(publish, channel, publication, session);
                break;
            case Step.Ack or Step.Nack or Step.Reject:
                PerformSettlement(step, channel, session);
                break;
            case Step.Send send:
                Record(new CommandRecord(step, channel, session.Send(channel, send.Method)));
                break;
            default:
                PerformCall(step, channel, session);
                break;
        }
    }

    private void PerformCall(Step step, ushort channel, AmqpSession session)
    {
        AmqpMethod method = step switch
        {
            Step.Call call => call.Method,
            Step.DeclareQueue q => new QueueDeclare { Queue = q.Queue, Durable = q.Durable },
            Step.DeleteQueue q => new QueueDelete { Queue = q.Queue },
            Step.ConfirmSelect => new ConfirmSelect(),
            Step.Qos q => new BasicQos { PrefetchCount = q.Prefetch },
            Step.Consume c => new BasicConsume { Queue = c.Queue, ConsumerTag = c.ConsumerTag, NoAck = c.NoAck },
            Step.Cancel c => new BasicCancel { ConsumerTag = c.ConsumerTag },
            Step.Get g => new BasicGet { Queue = g.Queue, NoAck = g.NoAck },
            _ => throw new InvalidOperationException($"The world does not know the step {step}."),
        };
        CommandResult result = session.Call(channel, method, out RequestId id);
        if (result == CommandResult.Ok && method is BasicConsume { NoAck: true } consume)
        {
            _noAckConsumers.Add((channel, consume.ConsumerTag));
        }

        if (result == CommandResult.Ok && method is BasicGet { NoAck: true })
        {
            _noAckGets.Add(id.Value);
        }

        Record(new CommandRecord(step, channel, result, id));
    }

    private void PerformPublish(Step.Publish publish, ushort channel, Publication? again, AmqpSession session)
    {
        string id = again?.Id ?? MessageBody.Id((world.Index * OrdinalsOfClient) + ++_publishes, publish.BodySize);
        if (again is not null)
        {
            world.Mark(WorldMark.PublishedAgain);
        }

        var properties = new BasicProperties { MessageId = id, DeliveryMode = publish.Persistent ? (byte)2 : (byte)1 };
        byte[] body = MessageBody.Make(id, publish.BodySize);
        CommandResult result = session.Publish(
            channel, publish.Exchange, publish.RoutingKey, publish.Mandatory, properties, body, out ulong sequence);

        // The caller may use its buffer again at once; whoever still reads it reads rubbish from here on.
        Array.Fill(body, (byte)0xEE);
        if (result == CommandResult.Ok && sequence != 0)
        {
            _unsettled[(channel, sequence)] = again ?? new Publication(publish, id);
        }

        Record(new CommandRecord(publish, channel, result, default, sequence, id));
    }

    private void PerformSettlement(Step step, ushort channel, AmqpSession session)
    {
        if (!_unacked.TryGetValue(channel, out Queue<ulong>? tags) || tags.Count == 0)
        {
            world.PassedOver(step, "nothing to settle");
            return;
        }

        bool multiple = step is Step.Ack { Multiple: true } or Step.Nack { Multiple: true };
        ulong tag = multiple ? tags.Last() : tags.Dequeue();
        if (multiple)
        {
            tags.Clear();
        }

        CommandResult result = step switch
        {
            Step.Ack => session.Ack(channel, tag, multiple),
            Step.Nack nack => session.Nack(channel, tag, multiple, nack.Requeue),
            Step.Reject reject => session.Reject(channel, tag, reject.Requeue),
            _ => throw new InvalidOperationException($"{step} settles nothing."),
        };
        Record(new CommandRecord(step, channel, result, DeliveryTag: tag));
    }

    private void Record(CommandRecord command)
    {
        recovery?.OnCommand(command);
        world.Record(command, NextStep);
    }
}
