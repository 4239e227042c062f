namespace Amqp.Integration.Transport;

/// <summary>The client reads with a thread of its own.</summary>
public sealed class PublishGateOnThread() : PublishGateProperties(onThread: true);
