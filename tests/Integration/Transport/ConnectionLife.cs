using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>What a connection may be in the middle of when it ends.</summary>
internal sealed class ConnectionLife(WatchedClient client)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _tag;

    public WatchedClient Client { get; } = client;

    /// <summary>Every task that was handed out; after the end each must have ended.</summary>
    public List<Task> Tasks { get; } = [];

    public bool HasConsumer { get; private set; }

    public bool HasHalfABody { get; private set; }

    /// <summary>Begins something.</summary>
    public void Act(int kind, int size)
    {
        switch (kind)
        {
            case 0:
                Tasks.Add(Client.Channel.PublishAsync("", "q", new byte[size], mandatory: size == 100).AsTask());
                break;
            case 1:
                Tasks.Add(Client.Channel.DeclareQueueAsync("q"));
                break;
            case 2:
                Tasks.Add(Client.Channel.PublishBatchAsync(
                    [new OutgoingMessage("", "q", new byte[size]), new OutgoingMessage("", "q", new byte[10])]));
                break;
            case 3:
                Tasks.Add(Client.Connection.OpenChannelAsync());
                break;
            case 4 when !HasConsumer && !HasHalfABody:
                Subscribe(size);
                break;
            case 5 when HasConsumer && !HasHalfABody:
                Client.Peer.QueueContent(1, Deliver(), new byte[size]);
                break;
            case 6 when HasConsumer && !HasHalfABody:
                HasHalfABody = true;
                Client.Peer.QueueStartOfContent(1, Deliver(), (ulong)size + 10, new byte[size]);
                break;
            case 7:
                Client.Peer.Queue(
                    0, size == 100 ? new ConnectionBlocked { Reason = "memory" } : new ConnectionUnblocked());
                break;
        }
    }

    public void ReleaseHandlers() => _released.TrySetResult();

    private BasicDeliver Deliver() => new() { ConsumerTag = "c", DeliveryTag = ++_tag, RoutingKey = "q" };

    // The reply comes first of all that the peer says then: no call is ahead of it on the channel.
    private void Subscribe(int size)
    {
        if (Tasks.Count > 0)
        {
            return;
        }

        HasConsumer = true;
        var options = new ConsumeOptions { ConsumerTag = "c", BufferSize = 4 };
        Tasks.Add(size switch
        {
            0 => Client.Channel.SubscribeAsync("q", async (_, _) => await _released.Task, options),
            100 => Client.Channel.SubscribeBorrowedAsync("q", async (_, _) => await _released.Task, options),
            5_000 => Client.Channel.SubscribeInlineAsync("q", (in InlineDelivery _) => { }, options),
            _ => Client.Channel.SubscribeBorrowedAsync(
                "q", async (_, _) => await _released.Task, options with { MaxConcurrency = 3 }),
        });
        Client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "c" });
    }
}
