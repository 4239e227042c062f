using Amqp.Transport;

namespace Amqp.Integration.Recovery;

/// <summary>With reading on the thread pool.</summary>
public sealed class RecoveryOnPool() : RecoverySuite(IoMode.Async);
