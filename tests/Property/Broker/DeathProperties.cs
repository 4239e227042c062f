using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>The account of deaths in x-death is true, whatever way a message went.</summary>
public class DeathProperties
{
    private const int Queues = 4;

    /// <summary>
    /// A message goes round a ring of queues, each time dying in one of three ways. What x-death says of it: one entry
    /// for each queue and reason, counts that add up, the newest first, the first death in headers of its own.
    /// </summary>
    [Fact]
    public void K5_The_account_of_deaths_adds_up_and_is_newest_first() =>
        Props.ForAll(
            "K5",
            Gens.From(draw => (Profile: draw.Pick(BrokerProfile.All), Ways: draw.Bytes(draw.Int(1, 12)))),
            each => Travel(each.Profile, each.Ways));

    /// <summary>A dead letter goes by the queue's own key alone, or by all the keys it was published with.</summary>
    [Theory]
    [InlineData("rabbitmq-3.10", true)]
    [InlineData("rabbitmq-3.10", false)]
    [InlineData("rabbitmq-4.0", true)]
    [InlineData("rabbitmq-4.0", false)]
    public void A_dead_letter_routed_by_a_key_of_the_queue_loses_its_copies(string profile, bool hasKey)
    {
        var core = new BrokerCore(new BrokerOptions { Profile = BrokerProfile.Find(profile)! });
        var arguments = FieldTable.Create(("x-dead-letter-exchange", ""), ("x-message-ttl", 0));
        arguments = hasKey ? arguments.With("x-dead-letter-routing-key", "kept") : arguments;
        core.DeclareQueue("/", "dying", arguments: arguments);
        core.DeclareQueue("/", "kept");
        core.DeclareQueue("/", "copy");
        core.DeclareExchange("/", "in", "fanout");
        core.Bind(new BindingInfo("/", "in", "dying", true, "", FieldTable.Empty));
        var headers = FieldTable.Create(("CC", FieldValue.Array("copy")));
        core.Publish("/", "in", "kept", BasicProperties.Empty with { Headers = headers }, [1]);
        var letter = Assert.Single(core.BrowseQueue("/", "kept"));
        var showsCopies = !hasKey || profile == "rabbitmq-4.0";
        Assert.Equal(showsCopies, letter.Properties.Headers!.ContainsKey("CC"));
        Assert.Equal(hasKey ? 0 : 1, core.BrowseQueue("/", "copy").Count);
    }

    private static void Travel(BrokerProfile profile, byte[] ways)
    {
        var core = new BrokerCore(new BrokerOptions { Profile = profile });
        for (var i = 0; i < Queues; i++)
        {
            core.DeclareQueue("/", $"q{i}", arguments: FieldTable.Create(
                ("x-dead-letter-exchange", ""),
                ("x-dead-letter-routing-key", $"q{(i + 1) % Queues}"),
                ("x-max-length", 1)));
        }

        var now = MonoTime.Zero;
        var client = new ScriptClient(core, now, confirms: false);
        var properties = BasicProperties.Empty with { Expiration = "50", MessageId = "m" };
        client.Publish(now, "", "q0", properties, [1]);
        List<(string Queue, string Reason)> deaths = [];
        for (var step = 0; step < ways.Length; step++)
        {
            var queue = $"q{step % Queues}";
            var reason = Kill(core, client, ref now, queue, step == 0 ? ways[step] % 3 : 1 + (ways[step] % 2));
            deaths.Add((queue, reason));
            var ready = core.BrowseQueue("/", $"q{(step + 1) % Queues}");
            Assert.True(ready.Count == 1, $"{ready.Count} messages after {string.Join(", ", deaths)}");
            Judge(profile, deaths, ready[0].Properties);
        }
    }

    /// <summary>
    /// Ways to die: by time (the first time only, for the expiration goes with it), refused, pushed out.
    /// </summary>
    private static string Kill(BrokerCore core, ScriptClient client, ref MonoTime now, string queue, int way)
    {
        switch (way)
        {
            case 0:
                now += TimeSpan.FromMilliseconds(50);
                core.Elapse(now);
                return "expired";
            case 1:
                client.Send(now, new BasicGet { Queue = queue });
                client.Send(now, new BasicReject { DeliveryTag = client.Outstanding.Keys.Last(), Requeue = false });
                return "rejected";
            default:
                // A rejection first lets the message go round even where it was pushed out before.
                client.Send(now, new BasicGet { Queue = queue });
                client.Send(now, new BasicNack { DeliveryTag = client.Outstanding.Keys.Last(), Requeue = false });
                return "rejected";
        }
    }

    private static void Judge(BrokerProfile profile, List<(string Queue, string Reason)> deaths, BasicProperties seen)
    {
        Assert.Null(seen.Expiration);
        Assert.Equal("m", seen.MessageId);
        var headers = seen.Headers!;
        var account = headers["x-death"].AsArray().Select(each => each.AsTable()).ToList();
        var expected = deaths.GroupBy(each => each)
            .ToDictionary(each => each.Key, each => (long)each.Count());
        Assert.Equal(expected.Count, account.Count);
        foreach (var entry in account)
        {
            var key = (entry["queue"].AsString(), entry["reason"].AsString());
            Assert.Equal(expected[key], entry["count"].AsInt64());
            Assert.Equal(key == deaths[0], entry.ContainsKey("original-expiration"));
        }

        Assert.Equal(deaths[^1].Queue, account[0]["queue"].AsString());
        Assert.Equal(deaths[^1].Reason, account[0]["reason"].AsString());
        Assert.Equal(deaths[0].Queue, headers["x-first-death-queue"].AsString());
        Assert.Equal(deaths[0].Reason, headers["x-first-death-reason"].AsString());
        Assert.Equal(profile.HasMessageContainers, headers.ContainsKey("x-last-death-queue"));
        if (profile.HasMessageContainers)
        {
            Assert.Equal(deaths[^1].Queue, headers["x-last-death-queue"].AsString());
        }
    }
}
