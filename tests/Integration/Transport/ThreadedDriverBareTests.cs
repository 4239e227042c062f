namespace Amqp.Integration.Transport;

/// <summary>The driver with a thread, over bare sockets.</summary>
public sealed class ThreadedDriverBareTests() : ThreadedDriverTests(isSecure: false);
