using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Topic routing against the definition, written down as plainly as possible.</summary>
public class TopicProperties
{
    private static readonly string[] Words = ["", "a", "b", "a*", "#b"];

    private static readonly string[] Patterns = ["", "a", "b", "*", "#", "a*", "#b"];

    [Property(MaxTest = 300)]
    public FsCheck.Property A_message_is_routed_exactly_when_the_pattern_matches() =>
        Prop.ForAll(Keys(Patterns, 5).ToArbitrary(), Keys(Words, 5).ToArbitrary(), (pattern, key) =>
        {
            var peer = BrokerPeer.Open(new BrokerCore());
            peer.Send(1, new QueueDeclare { Queue = "q" });
            peer.Send(1, new QueueBind { Queue = "q", Exchange = "amq.topic", RoutingKey = pattern });
            peer.Take();
            peer.Publish(1, "amq.topic", key, "m", mandatory: true);
            Assert.Equal(Matches(Split(pattern), Split(key)), peer.Take().Count == 0);

            peer.Send(1, new QueueUnbind { Queue = "q", Exchange = "amq.topic", RoutingKey = pattern });
            peer.Publish(1, "amq.topic", key, "m", mandatory: true);
            Assert.Equal(["queue.unbind-ok", "basic.return", "m"], peer.Take());
        });

    [Property(MaxTest = 300)]
    public FsCheck.Property Patterns_with_many_hashes_share_a_tree_and_match_as_each_would_alone() =>
        Prop.ForAll(
            Keys(["#", "#", "a", "b", "*"], 8).ArrayOf(6).ToArbitrary(),
            Keys(["a", "a", "b", ""], 8).ToArbitrary(),
            (patterns, key) =>
            {
                var peer = BrokerPeer.Open(new BrokerCore());
                for (var i = 0; i < patterns.Length; i++)
                {
                    peer.Send(
                        1,
                        new QueueDeclare { Queue = $"q{i}" },
                        new QueueBind { Queue = $"q{i}", Exchange = "amq.topic", RoutingKey = patterns[i] },
                        new BasicConsume { Queue = $"q{i}", ConsumerTag = $"q{i}", NoAck = true });
                }

                peer.Take();
                peer.Publish(1, "amq.topic", key, "m");
                var expected = Enumerable.Range(0, patterns.Length)
                    .Where(i => Matches(Split(patterns[i]), Split(key)))
                    .Select(static i => $"q{i}");
                var delivered = peer.Take().Where(static each => each != "m").Select(static each => each.Split(' ')[1]);
                Assert.Equal(expected, delivered.Order(StringComparer.Ordinal));
            });

    [Fact]
    public void A_pattern_of_nothing_but_repeated_hashes_costs_no_more_than_its_length_times_the_keys()
    {
        // Trying every way to share out the key's words would not end in this century.
        var peer = BrokerPeer.Open(new BrokerCore());
        var pattern = string.Join('.', Enumerable.Repeat("#.a", 40));
        peer.Send(
            1,
            new QueueDeclare { Queue = "q" },
            new QueueBind { Queue = "q", Exchange = "amq.topic", RoutingKey = pattern + ".b" });
        peer.Take();
        var key = string.Join('.', Enumerable.Repeat("a", 100));
        peer.Publish(1, "amq.topic", key, "no", mandatory: true);
        Assert.Equal(["basic.return", "no"], peer.Take());
        peer.Publish(1, "amq.topic", key + ".b", "yes", mandatory: true);
        Assert.Empty(peer.Take());
    }

    private static Gen<string> Keys(string[] words, int most) =>
        from count in Gen.Choose(0, most)
        from chosen in Gen.Elements(words).ArrayOf(count)
        select string.Join('.', chosen);

    private static string[] Split(string key) => key.Length == 0 ? [] : key.Split('.');

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> key)
    {
        if (pattern.IsEmpty)
        {
            return key.IsEmpty;
        }

        if (pattern[0] == "#")
        {
            return Matches(pattern[1..], key) || (!key.IsEmpty && Matches(pattern, key[1..]));
        }

        return !key.IsEmpty && (pattern[0] == "*" || pattern[0] == key[0]) && Matches(pattern[1..], key[1..]);
    }
}
