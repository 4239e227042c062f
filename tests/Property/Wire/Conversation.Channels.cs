using System.Buffers;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>What happens on the channels of a conversation.</summary>
internal sealed partial class Conversation
{
    private bool[] Confirms { get; } = new bool[Channels + 1];

    private void Act(ushort channel, List<(string Name, Func<AmqpSession, string> Run)> commands, Queue<byte[]> frames)
    {
        switch (_draw.Int(0, 9))
        {
            case 0:
                Call(channel, commands, new ConfirmSelect());
                frames.Enqueue(Server.Method(channel, "confirm.select-ok"));
                Confirms[channel] = true;
                break;
            case 1:
                FieldTable arguments = FieldGens.MakeTable(_draw);
                Call(channel, commands, new QueueDeclare { Queue = _draw.Text(), Arguments = arguments });
                frames.Enqueue(Server.Method(
                    channel, "queue.declare-ok", ("queue", _draw.Text()), ("message-count", 3UL)));
                break;
            case 2:
                Call(channel, commands, new BasicConsume { Queue = "q" });
                frames.Enqueue(Server.Method(channel, "basic.consume-ok", ("consumer-tag", "ctag")));
                break;
            case 3:
                Get(channel, commands, frames);
                break;
            case 4:
                frames.Enqueue(
                    Server.Method(channel, "basic.cancel", ("consumer-tag", _draw.Text()), ("nowait", true)));
                break;
            case 5:
                frames.Enqueue(Server.Method(channel, "channel.flow", ("active", _draw.OneIn(2))));
                break;
            case < 8:
                Publish(channel, commands, frames);
                break;
            default:
                Delivery(channel).ForEach(frames.Enqueue);
                break;
        }
    }

    private static void Call(
        ushort channel, List<(string Name, Func<AmqpSession, string> Run)> commands, AmqpMethod method) =>
        commands.Add(Step.Command($"call {channel} {method}", s => s.Call(channel, method, out _)));

    private void Get(ushort channel, List<(string Name, Func<AmqpSession, string> Run)> commands, Queue<byte[]> frames)
    {
        Call(channel, commands, new BasicGet { Queue = "q" });
        if (_draw.OneIn(2))
        {
            frames.Enqueue(Server.Method(channel, "basic.get-empty"));
            return;
        }

        frames.Enqueue(Server.Method(
            channel,
            "basic.get-ok",
            ("delivery-tag", ++_delivered[channel]),
            ("exchange", _draw.Text()),
            ("routing-key", _draw.Text()),
            ("message-count", _draw.Number() & 0xFFFFFFFF)));
        Content(channel).ForEach(frames.Enqueue);
    }

    private List<byte[]> Delivery(int channel) =>
    [
        Server.Method(
            channel,
            "basic.deliver",
            ("consumer-tag", "ctag"),
            ("delivery-tag", ++_delivered[channel]),
            ("redelivered", _draw.OneIn(2)),
            ("exchange", _draw.Text()),
            ("routing-key", _draw.Text())),
        .. Content(channel),
    ];

    private List<byte[]> Content(int channel)
    {
        byte[] body = BodyGens.Body(_draw.Pick(0, 1, 2, FrameMax - 9, FrameMax - 8, _draw.Int(0, 200)));
        IReadOnlyList<RefArg> properties = _draw.OneIn(2) ? [] : RefGens.Header(_draw).Properties;
        int[] cuts = [.. _draw.List(_draw.Int(0, 3), () => _draw.Int(0, body.Length)).Order()];
        return Server.Content(channel, RefEncoder.Properties(properties), body, cuts);
    }

    private void Publish(
        ushort channel, List<(string Name, Func<AmqpSession, string> Run)> commands, Queue<byte[]> frames)
    {
        string key = _draw.Text();
        bool mandatory = _draw.OneIn(2);
        BasicProperties properties = _draw.OneIn(2) ? BasicProperties.Empty : PropertiesGens.Make(_draw);
        byte[] body = BodyGens.Body(BodyGens.Size(_draw, FrameMax));
        int[] cuts = [.. _draw.List(2, () => _draw.Int(0, body.Length)).Order()];
        ReadOnlySequence<byte> pieces = Layouts.Sequence(body, cuts);
        commands.Add(($"publish {channel} '{key}' mandatory={mandatory} {properties} {body.Length}", s =>
        {
            var result = s.Publish(channel, "e", key, mandatory, properties, in pieces, out ulong sequence);
            return $"{result} {sequence}";
        }
        ));
        if (!Confirms[channel] || ContentHeader.Length(properties) > FrameMax - 8)
        {
            return;
        }

        ulong tag = ++_published[channel];
        if (mandatory && _draw.OneIn(2))
        {
            frames.Enqueue(Server.Method(
                channel, "basic.return", ("reply-code", 312UL), ("exchange", "e"), ("routing-key", key)));
            byte[] returned = body[..Math.Min(body.Length, FrameMax - 8)];
            Server.Content(channel, EngineTree.Encode(properties, 0)[12..], returned, []).ForEach(frames.Enqueue);
        }

        if (!_draw.OneIn(4))
        {
            string name = _draw.OneIn(3) ? "basic.nack" : "basic.ack";
            frames.Enqueue(Server.Method(channel, name, ("delivery-tag", tag), ("multiple", _draw.OneIn(2))));
        }
    }
}
