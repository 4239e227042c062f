using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>TLS read by a thread for each connection.</summary>
public sealed class TlsThreadedTests() : TlsTests(IoMode.Threaded);
