using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Consuming;

/// <summary>F1 to F5 and F8 on the same scripts: two clients that take, settle, give back and lose what a durable queue
/// holds, while the broker restarts.</summary>
public class SettlementProperties
{
    [Fact]
    public void F1_Delivery_tags_count_up_by_one_over_deliveries_and_fetched_messages() =>
        Check("F1", "delivered", "redelivered", "unknown tag");

    [Fact]
    public void F2_A_settled_message_never_comes_again_not_even_after_a_restart() =>
        Check("F2", "crashed", "stopped", "lost", "several settled at once");

    [Fact]
    public void F3_A_message_is_marked_as_redelivered_exactly_when_somebody_was_sent_it_before() =>
        Check("F3", "redelivered", "delivered", "lost", "crashed");

    [Fact]
    public void F4_No_consumer_holds_more_than_its_prefetch() =>
        Check("F4", "prefetch reached", "below the prefetch");

    [Fact]
    public void F5_A_settlement_covers_exactly_the_outstanding_tags_it_names() =>
        Check("F5", "several settled at once", "unknown tag", "redelivered");

    [Fact]
    public void F8_After_the_answer_to_a_cancel_nothing_is_delivered_and_nothing_was_lost() =>
        Check("F8", "cancelled", "delivered while cancelling");

    private static void Check(string id, params string[] classes)
    {
        var seen = new Distribution(classes);
        Props.ForAll(
            $"{id}.script",
            ConsumeScript.Any,
            script =>
            {
                ConsumeAccount account = script.Run();
                seen.Case();
                foreach (string name in classes)
                {
                    seen.Saw(name, account.Seen.Contains(name));
                }

                // The account is one: what breaks another law breaks it for this one as well.
                Assert.Empty(account.Failures);
            },
            ConsumeScript.Shrink);
        seen.Require($"{id}.script", 5);
    }
}
