using Amqp.Integration.Brokers;
using Amqp.Integration.Support;
using Amqp.Integration.Transport;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

/// <summary>A thread that blocks must not need the thread pool, which may be full of threads that block.</summary>
[Collection(QuietCollection.Name)]
public sealed class BlockingPoolTests(RealBrokerFixture broker) : IClassFixture<RealBrokerFixture>
{
    [SkippableFact]
    public Task Calls_publishes_and_messages_take_nothing_of_the_thread_pool()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        return Task.Factory.StartNew(
            () =>
            {
                using var connection = BlockingConnection.Connect(broker.Uri);
                using var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
                var queue = channel.DeclareQueue(exclusive: true).Queue;
                var before = ThreadPool.CompletedWorkItemCount;
                for (var i = 0; i < 300; i++)
                {
                    channel.Publish("", queue, new byte[10]);
                    channel.DeclareQueuePassive(queue);
                }

                Assert.Equal(300, channel.Consume(queue, new ConsumeOptions { NoAck = true }).Take(300).Count());

                // The test host has work of its own there.
                Assert.InRange(ThreadPool.CompletedWorkItemCount - before, 0, 100);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Within();
    }
}
