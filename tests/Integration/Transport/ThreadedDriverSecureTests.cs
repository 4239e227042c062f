namespace Amqp.Integration.Transport;

/// <summary>The driver with a thread, over TLS.</summary>
public sealed class ThreadedDriverSecureTests() : ThreadedDriverTests(isSecure: true);
