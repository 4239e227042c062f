using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;

namespace Amqp.Transport.Drive;

/// <summary>Who is told what happens to the whole connection. The gate is held in all calls.</summary>
internal interface IPumpOwner
{
    void OnOpened(CompletionBatch batch);

    void OnBlocked(string reason, CompletionBatch batch);

    void OnUnblocked(CompletionBatch batch);

    /// <summary>What publishing does while the connection is being made again.</summary>
    BlockedPolicy WhenSuspended { get; }

    /// <summary>Whether the connection is made again after its session ended like this.</summary>
    bool WillRecover(SessionEnd reason);

    /// <summary>A call has its answer.</summary>
    void OnReplied(RpcCall call, AmqpMethod reply);

    /// <summary>The topology was restored, or not.</summary>
    void OnReplayed(RecoveryReport report, CompletionBatch batch);

    void OnClosed(SessionEnd reason, CompletionBatch batch);
}
