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
        Prop.ForAll(Keys(Patterns).ToArbitrary(), Keys(Words).ToArbitrary(), (pattern, key) =>
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

    private static Gen<string> Keys(string[] words) =>
        from count in Gen.Choose(0, 5)
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
