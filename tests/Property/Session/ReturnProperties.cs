using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>E5, the client's half: a return is matched with a publish that is still unsettled.</summary>
public class ReturnProperties
{
    [Fact]
    public void E5_A_returned_publish_was_not_settled_before() => Props.ForAll(
        "E5.twins",
        Gens.From(draw => draw.List(draw.Int(1, 12), () => (Key: draw.Int(0, 1), Route: draw.Int(0, 2)))),
        publishes =>
        {
            // Publishes that are twins of each other: some stay unsettled, some are settled at once, some come back.
            ScriptedPeer peer = Confirming(out ushort channel);
            foreach ((int key, int route) in publishes)
            {
                peer.Session.Publish(channel, "", $"k{key}", true, BasicProperties.Empty, "body"u8, out ulong sequence);
                peer.Drain();
                if (route == 1)
                {
                    peer.Feed(channel, new BasicAck { DeliveryTag = sequence });
                }
                else if (route == 2)
                {
                    Return(peer, channel, key, BasicProperties.Empty);
                    EventRecord told = peer.Events[^1];
                    Assert.Equal(EventKind.PublishReturned, told.Kind);
                    Assert.InRange(told.FromSequence, 1ul, sequence);
                    Assert.DoesNotContain(peer.Events, e => e.Kind == EventKind.PublishSettled
                        && e.FromSequence == told.FromSequence);
                    Assert.Single(peer.Events, e => e.Kind == EventKind.PublishReturned
                        && e.FromSequence == told.FromSequence);
                    peer.Feed(channel, new BasicAck { DeliveryTag = sequence });
                }
            }
        },
        PeerKit.Shorter);

    [Fact]
    public void E5_A_return_is_of_the_publish_with_its_properties_however_a_broker_encodes_them_anew()
    {
        var seen = new Distribution("headers", "BCC", "wider", "nested", "not the first");
        Props.ForAll(
            "E5.properties",
            Gens.From(draw => (
                Headers: draw.List(draw.Int(1, 8), () => PropertiesGens.Make(draw)),
                Bcc: draw.OneIn(2),
                Wider: draw.OneIn(2),
                Order: draw.Bits())),
            c =>
            {
                ScriptedPeer peer = Confirming(out ushort channel);
                List<BasicProperties> sent = [];
                foreach (BasicProperties made in c.Headers)
                {
                    BasicProperties properties = made with { AppId = $"twin {sent.Count}" };
                    BasicProperties whole = c.Bcc ? WithBcc(properties) : properties;
                    if (peer.Session.Publish(channel, "", "k0", true, whole, "body"u8, out _) == CommandResult.Ok)
                    {
                        sent.Add(properties); // the others have more headers than a frame holds
                    }
                }

                peer.Drain();
                int[] order = Shuffled(Enumerable.Range(0, sent.Count), c.Order);
                seen.Case();
                seen.Saw("BCC", c.Bcc);
                seen.Saw("wider", c.Wider);
                seen.Saw("headers", sent.Any(p => p.Headers is { Count: > 1 }));
                seen.Saw("nested", sent.Any(p => p.Headers is { Depth: > 1 }));
                seen.Saw("not the first", order is [not 0, ..]);
                foreach (int i in order)
                {
                    Return(peer, channel, 0, Anew(sent[i], c.Wider, c.Order));
                    Assert.Equal(EventKind.PublishReturned, peer.Events[^1].Kind);
                    Assert.Equal((ulong)i + 1, peer.Events[^1].FromSequence);
                }
            });
        seen.Require("E5.properties", 10);
    }

    [Fact]
    public void E5_A_return_whose_properties_a_broker_changed_is_of_the_earliest_with_the_same_body() => Props.ForAll(
        "E5.changed",
        Gens.From(draw => draw.List(draw.Int(1, 8), () => draw.Int(0, 1))),
        keys =>
        {
            ScriptedPeer peer = Confirming(out ushort channel);
            foreach (int key in keys)
            {
                var properties = new BasicProperties { ReplyTo = "amq.rabbitmq.reply-to" };
                peer.Session.Publish(channel, "", $"k{key}", true, properties, "body"u8, out _);
            }

            peer.Drain();
            for (int i = 0; i < keys.Length; i++)
            {
                Return(peer, channel, keys[i], new BasicProperties { ReplyTo = "amq.rabbitmq.reply-to.g1h2" });
                Assert.Equal((EventKind.PublishReturned, (ulong)i + 1), (
                    peer.Events[^1].Kind, peer.Events[^1].FromSequence));
            }
        });

    private static ScriptedPeer Confirming(out ushort channel)
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        channel = peer.OpenChannel();
        peer.Call(channel, new ConfirmSelect());
        peer.Feed(channel, new ConfirmSelectOk());
        return peer;
    }

    private static BasicProperties WithBcc(BasicProperties properties) => properties with
    {
        Headers = (properties.Headers ?? FieldTable.Empty).With("BCC", FieldValue.Array("hidden")),
    };

    // The same values, as another program would write them: another order, without BCC, integers as wide as can be.
    private static BasicProperties Anew(BasicProperties properties, bool wider, ulong order)
    {
        if (properties.Headers is not { } headers)
        {
            return properties;
        }

        IEnumerable<KeyValuePair<string, FieldValue>> entries = Shuffled(headers.Where(e => e.Key != "BCC"), order);
        return properties with
        {
            Headers = new FieldTable(entries.Select(e => KeyValuePair.Create(e.Key, wider ? Wide(e.Value) : e.Value))),
        };
    }

    private static T[] Shuffled<T>(IEnumerable<T> items, ulong seed)
    {
        var random = new Prng(seed);
        return [.. items.OrderBy(_ => random.NextUInt64())];
    }

    private static FieldValue Wide(FieldValue value) => value.Type switch
    {
        FieldType.Table => new FieldTable(value.AsTable().Select(e => KeyValuePair.Create(e.Key, Wide(e.Value)))),
        FieldType.Array => FieldValue.Array(value.AsArray().Select(Wide)),
        FieldType.Timestamp => value,
        _ => value.TryGetInt64(out long number) ? FieldValue.Int64(number) : value,
    };

    private static void Return(ScriptedPeer peer, ushort channel, int key, BasicProperties properties)
    {
        var method = new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE", RoutingKey = $"k{key}" };
        peer.Feed(ScriptedPeer.MethodFrame(channel, method));
        peer.Feed(ScriptedPeer.HeaderFrame(channel, 4, properties));
        peer.Feed(ScriptedPeer.BodyFrame(channel, "body"u8));
    }
}
