using Amqp.Engine.Events;

namespace Amqp.Transport.Drive;

/// <summary>Who is told what happens to the whole connection. The gate is held in all calls.</summary>
internal interface IPumpOwner
{
    void OnOpened(CompletionBatch batch);

    void OnBlocked(string reason, CompletionBatch batch);

    void OnUnblocked(CompletionBatch batch);

    void OnClosed(SessionEnd reason, CompletionBatch batch);
}
