using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>
/// Laws of the broker under any conversation of several clients: nothing is lost or made up, order holds, limits hold,
/// publishers hear once, and the same conversation gives the same bytes.
/// </summary>
public class BrokerLawProperties
{
    /// <summary>
    /// The player keeps its own account of every message and compares it with the broker's after each step; a message
    /// that leaves from the head must be the oldest of the highest priority; no consumer holds more than its prefetch;
    /// no publish is confirmed twice or before its message is in its queues.
    /// </summary>
    [Fact]
    public void K1_Every_message_is_in_one_place_and_leaves_it_in_order_for_a_named_reason() =>
        Props.ForAll("K1", BrokerScript.Any, script => ScriptPlayer.Play(script), BrokerScript.Shrink, cases: 3000);

    [Fact]
    public void K7_The_same_conversation_gives_the_same_bytes() =>
        Props.ForAll(
            "K7",
            BrokerScript.Any,
            script => Assert.Equal(ScriptPlayer.Play(script), ScriptPlayer.Play(script)),
            BrokerScript.Shrink);
}
