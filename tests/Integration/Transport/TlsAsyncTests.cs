using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>TLS read by the thread pool.</summary>
public sealed class TlsAsyncTests() : TlsTests(IoMode.Async);
