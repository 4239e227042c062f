using Amqp.Engine.Commands;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// Settling deliveries (AMQP 0-9-1 sections 1.8.3.13 to 1.8.3.16, and RabbitMQ's basic.nack). None of these has a reply.
public sealed partial class AmqpChannel
{
    /// <summary>Settles a delivery: it was handled. Thread-safe; nothing is allocated.</summary>
    /// <param name="deliveryTag">The delivery, on the channel that it came on.</param>
    /// <param name="multiple">Whether all earlier unsettled deliveries are settled too; with tag 0, all.</param>
    /// <param name="cancellationToken">Only looked at beforehand: this does not wait for the broker.</param>
    /// <returns>A completed task; the acknowledgement is on its way. A tag that is unknown closes the
    /// channel.</returns>
    /// <exception cref="AmqpStaleDeliveryException">It came before the connection was recovered.</exception>
    /// <exception cref="AmqpException">The channel or the connection is closed.</exception>
    public ValueTask AckAsync(ulong deliveryTag, bool multiple = false, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return ToTask(Settle(Settlement.Ack, deliveryTag, multiple, requeue: false));
    }

    /// <summary>Refuses a delivery (<c>basic.nack</c>). Thread-safe.</summary>
    /// <param name="deliveryTag">The delivery, on the channel that it came on.</param>
    /// <param name="multiple">Whether all earlier unsettled deliveries are refused too; with tag 0, all.</param>
    /// <param name="requeue">Whether it goes back into its queue; otherwise it is dead-lettered or dropped.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    /// <exception cref="AmqpStaleDeliveryException">It came before the connection was recovered.</exception>
    /// <exception cref="AmqpException">The channel or the connection is closed.</exception>
    public ValueTask NackAsync(
        ulong deliveryTag, bool multiple = false, bool requeue = true, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return ToTask(Settle(Settlement.Nack, deliveryTag, multiple, requeue));
    }

    /// <summary>Refuses a delivery (<c>basic.reject</c>). Thread-safe.</summary>
    /// <param name="deliveryTag">The delivery, on the channel that it came on.</param>
    /// <param name="requeue">Whether it goes back into its queue; otherwise it is dead-lettered or dropped.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    /// <exception cref="AmqpStaleDeliveryException">It came before the connection was recovered.</exception>
    /// <exception cref="AmqpException">The channel or the connection is closed.</exception>
    public ValueTask RejectAsync(ulong deliveryTag, bool requeue = true, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return ToTask(Settle(Settlement.Reject, deliveryTag, multiple: false, requeue));
    }

    /// <summary>Asks the broker to send all unsettled deliveries of the channel again (<c>basic.recover</c>).</summary>
    /// <param name="requeue">Whether they may go to other consumers; RabbitMQ refuses false.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task RecoverAsync(bool requeue = true, CancellationToken cancellationToken = default) =>
        CallAsync<BasicRecoverOk>(new BasicRecover { Requeue = requeue }, cancellationToken);

    /// <summary>Settles from code that cannot wait, such as an inline handler. Returns an error instead of throwing
    /// it.</summary>
    internal AmqpException? Settle(Settlement kind, ulong deliveryTag, bool multiple, bool requeue)
    {
        SendPlan plan;
        IDriver driver;
        lock (_pump.Gate)
        {
            driver = _pump.Driver;
            long before = _pump.Output.PendingBytes;
            CommandResult result = SettleInside(kind, deliveryTag, multiple, requeue);
            _pump.CountReplies(_pump.Output.PendingBytes - before);
            if (result != CommandResult.Ok)
            {
                return _pump.Refused(result, this);
            }

            plan = driver.PlanSettlement();
        }

        if (plan != SendPlan.None)
        {
            driver.Execute(plan);
        }

        return null;
    }

    /// <summary>Why a delivery cannot be settled, as far as it knows itself. A rollback makes settled ones unsettled
    /// again.</summary>
    internal AmqpMisuseException? CheckSettling(ulong deliveryTag, bool isSettled, bool isNoAck) =>
        isNoAck
            ? new AmqpMisuseException(
                $"delivery {deliveryTag} of channel {Number} needs no settling: its consumer is no-ack")
            : isSettled && !Volatile.Read(ref _isTransactional)
                ? new AmqpMisuseException($"delivery {deliveryTag} of channel {Number} was settled before")
                : null;

    // The gate is held, and whoever holds it looks after the sending.
    private CommandResult SettleInside(Settlement kind, ulong deliveryTag, bool multiple, bool requeue)
    {
        if (_end is not null)
        {
            return CommandResult.ChannelNotOpen;
        }

        if (IsStale(deliveryTag))
        {
            return CommandResult.StaleDelivery;
        }

        if (deliveryTag != 0)
        {
            deliveryTag -= _tagOffset;
        }

        var number = (ushort)Number;
        return kind switch
        {
            Settlement.Ack => _pump.Session.Ack(number, deliveryTag, multiple),
            Settlement.Nack => _pump.Session.Nack(number, deliveryTag, multiple, requeue),
            _ => _pump.Session.Reject(number, deliveryTag, requeue),
        };
    }

    private static ValueTask ToTask(AmqpException? error) =>
        error is null ? ValueTask.CompletedTask : ValueTask.FromException(error);
}
