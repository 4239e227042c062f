using System.Text;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;
using Amqp.Transport.Publish;

namespace Amqp.Transport;

// A channel outlives its connection's stream. Delivery tags go on counting across streams, so that a tag from before is
// known for what it is and never sent; publishes that were not confirmed wait at the head of those that wait for room.
public sealed partial class AmqpChannel
{
    private readonly List<PublishSource> _toResend = [];
    private readonly bool _resends;
    private readonly bool _assignsIds;
    private ulong _tagOffset;
    private ulong _lastTag;
    private bool _hasLostTransaction;

    /// <summary>Counts the recoveries of this channel: what was delivered in an earlier epoch can no longer be settled
    /// and is delivered again.</summary>
    public int Epoch { get; private set; }

    /// <summary>Names the channel for as long as it lives.</summary>
    internal ulong Id { get; }

    /// <summary>Whether a delivery came on a stream that has ended.</summary>
    internal bool IsStale(ulong deliveryTag) => deliveryTag != 0 && deliveryTag <= Volatile.Read(ref _tagOffset);

    /// <summary>The stream has ended and another one will follow. The gate is held.</summary>
    internal void Suspend(SessionEnd reason, CompletionBatch batch)
    {
        DropContent(reason, batch);
        Unlink();
        if (_connection.WhenSuspended.Action == BlockedAction.Fail)
        {
            FailHeld(batch);
        }

        for (int i = _toResend.Count - 1; i >= 0; i--)
        {
            _waiting.Prepend(_toResend[i]);
        }

        _toResend.Clear();
        if (_waiting.First is not null)
        {
            JoinWaiting();
        }
    }

    /// <summary>The channel is being opened on another stream, or again on the same one. The gate is held.</summary>
    internal void Relink(ushort number)
    {
        ReturnBody();
        _content = default;
        Unlink();
        _pump.Unregister(this);
        Number = number;
        Epoch++;
        _pump.Register(this);
    }

    /// <summary>A consumer did not come back. The gate is held.</summary>
    internal void DropConsumer(RecoveredEntity entity, CompletionBatch batch)
    {
        if (_consumers.TryGetValue(entity.Name, out AmqpConsumer? consumer))
        {
            _connection.Forget(this, entity.Name);
            Remove(consumer, new AmqpRecoveryException($"The consumer was not restored: {entity}", null, null), batch);
        }
    }

    internal void RenameQueue(string name, string newName)
    {
        foreach (AmqpConsumer consumer in _consumers.Values)
        {
            if (consumer.Queue == name)
            {
                consumer.Queue = newName;
            }
        }
    }

    private void Unlink()
    {
        Volatile.Write(ref _tagOffset, _tagOffset + _lastTag);
        _lastTag = 0;
        _flowStopped = false;
        _lastSequence = 0;
        _lastReturned = null;
        Volatile.Write(ref _hasLostTransaction, _isTransactional);
    }

    private void KeepForLater(PublishSource source)
    {
        source.State = PublishState.Waiting;
        source.Returned = null;
        source.WasSent = true;
        _toResend.Add(source);
    }

    // Nobody waits for the connection: only what was sent before waits to be sent again.
    private void FailHeld(CompletionBatch batch)
    {
        for (PublishSource? source = _waiting.First; source is not null;)
        {
            PublishSource? next = source.Next;
            if (!source.WasSent && !source.IsDetached)
            {
                Leave(source);
                source.State = PublishState.Idle;
                batch.Add(source, new AmqpNotReadyException());
            }

            source = next;
        }
    }

    private BasicProperties Identified(BasicProperties? properties)
    {
        properties ??= BasicProperties.Empty;
        return _assignsIds && _confirms && properties.MessageId is null
            ? properties with { MessageId = _connection.NextMessageId() }
            : properties;
    }

    private static CommandResult CheckNames(string exchange, string routingKey) =>
        Encoding.UTF8.GetByteCount(exchange) > byte.MaxValue || Encoding.UTF8.GetByteCount(routingKey) > byte.MaxValue
            ? CommandResult.InvalidArgument
            : CommandResult.Ok;
}
