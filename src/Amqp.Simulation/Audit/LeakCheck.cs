using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Audit;

/// <summary>I4: when a run is over, nobody holds anything any more: calls, publishes, channels, timers, connections,
/// deliveries, consumers.</summary>
internal static class LeakCheck
{
    public static void Look(WorldEnd end, List<string> failures)
    {
        if (end.IsStuck)
        {
            return;
        }

        foreach (SimConnection connection in end.Connections)
        {
            if (connection.Session.State == ConnectionState.Closed)
            {
                Session(connection.Session.Describe(), connection.Number, failures);
            }
        }

        if (end.Connections.All(static each => each.Session.State == ConnectionState.Closed))
        {
            Broker(end.Broker, failures);
        }
    }

    internal static void Session(SessionSnapshot session, int number, List<string> failures)
    {
        if (session.OpenChannels + session.PendingCalls + session.UnsettledPublishes > 0)
        {
            failures.Add($"I4 closed session {number} still holds something: {session}");
        }

        if (session.Deadline.At != MonoTime.Never)
        {
            failures.Add($"I4 closed session {number} still has a timer: {session.Deadline}");
        }
    }

    internal static void Broker(BrokerCore broker, List<string> failures)
    {
        if (broker.Connections.Count > 0)
        {
            failures.Add($"I4 the broker still has {broker.Connections.Count} connections");
        }

        foreach (QueueInfo queue in broker.ListQueues())
        {
            if (queue.Unacknowledged > 0 || !queue.Consumers.IsEmpty || queue.ExclusiveOwner is not null)
            {
                failures.Add(
                    $"I4 queue {queue.Name} still has {queue.Consumers.Length} consumers and {queue.Unacknowledged} "
                    + $"unacknowledged messages, or an owner ({queue.ExclusiveOwner})");
            }
        }
    }
}
