using Amqp.Transport;

namespace Amqp.Integration.Recovery;

/// <summary>With a thread that reads.</summary>
public sealed class RecoveryOnThread() : RecoverySuite(IoMode.Threaded);
