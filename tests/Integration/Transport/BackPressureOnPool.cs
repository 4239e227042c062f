namespace Amqp.Integration.Transport;

/// <summary>The client reads with the thread pool.</summary>
public sealed class BackPressureOnPool() : BackPressureProperties(onThread: false);
