// Twins of the example programs of the Python library Pika, one class each.
// dotnet run --project examples/Twins -- blocking-get [--uri amqp://guest:guest@localhost]
using Amqp.Examples;

await using var broker = await ExampleBroker.StartAsync(args);
switch (args.FirstOrDefault())
{
    case "blocking-get":
        BlockingGet.Run(broker.Uri);
        break;
    case "blocking-consume":
        BlockingConsume.Run(broker.Uri);
        break;
    case "blocking-generator":
        BlockingGenerator.Run(broker.Uri);
        break;
    case "blocking-publish":
        BlockingPublish.Run(broker.Uri);
        break;
    case "blocking-confirms":
        BlockingConfirms.Run(broker.Uri);
        break;
    case "blocking-batch-consumer":
        BlockingBatchConsumer.Run(broker.Uri);
        break;
    case "blocking-workers":
        BlockingWorkers.Run(broker.Uri);
        break;
    case "blocking-heartbeat":
        BlockingHeartbeat.Run(broker.Uri);
        break;
    case "long-running-publisher":
        LongRunningPublisher.Run(broker.Uri);
        break;
    case "consume-recover":
        ConsumeRecover.Run(broker.Uri);
        break;
    case "select-confirms":
        SelectConfirms.Run(broker.Uri);
        break;
    case "select-consumer":
        SelectConsumer.Run(broker.Uri);
        break;
    case "async-connect":
        await AsyncConnect.RunAsync(broker.Uri);
        break;
    case "async-consumer":
        await AsyncConsumer.RunAsync(broker.Uri);
        break;
    case "async-publisher":
        await AsyncPublisher.RunAsync(broker.Uri);
        break;
    case "sync-async-publish":
        await SyncAsyncPublish.RunAsync(broker.Uri);
        break;
    case "threaded-publishers":
        await ThreadedPublishers.RunAsync(broker.Uri);
        break;
    case "direct-reply-to":
        await DirectReplyTo.RunAsync(broker.Uri);
        break;
    default:
        Console.Error.WriteLine("Name a twin, see Program.cs.");
        return 1;
}

return 0;
