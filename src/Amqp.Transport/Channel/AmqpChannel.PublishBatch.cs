using Amqp.Engine.Commands;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;
using Amqp.Transport.Publish;

namespace Amqp.Transport;

// Publishing many messages with one wait.
public sealed partial class AmqpChannel
{
    /// <summary>Publishes messages in their order and waits for all of them at once. Thread-safe; messages of other
    /// threads may come in between.</summary>
    /// <param name="messages">The messages. Their bodies must not change before the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait. Messages that wait for room are then not sent; the others stay
    /// sent and only their confirms are not waited for.</param>
    /// <returns>On a confirming channel, a task that ends when every message was confirmed or has failed. On any other
    /// channel, one that ends when all were taken into the bounded output.</returns>
    /// <exception cref="PublishBatchException">Some messages were not confirmed; it lists them.</exception>
    /// <exception cref="AmqpMisuseException">A message cannot be sent; nothing was. The text gives its
    /// place.</exception>
    /// <exception cref="AmqpChannelClosedException">The channel was closed before; nothing was sent.</exception>
    /// <exception cref="AmqpConnectionClosedException">The connection was closed before; nothing was sent.</exception>
    public async Task PublishBatchAsync(
        IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        var batch = new PublishBatch(messages.Count);
        SendPlan plan;
        IDriver driver;
        lock (_pump.Gate)
        {
            driver = _pump.Driver;
            CheckAll(messages);
            for (int i = 0; i < messages.Count; i++)
            {
                OutgoingMessage message = messages[i];
                PublishSource? source = null;
                AmqpException? error = MayPublish()
                    ? EncodeNow(in message, ref source)
                    : Hold(
                        message.Exchange,
                        message.RoutingKey,
                        message.Body,
                        Identified(message.Properties),
                        message.Mandatory,
                        out source);
                if (source is null)
                {
                    batch.End(i, error);
                }
                else
                {
                    batch.Add(i, source);
                }
            }

            plan = driver.PlanSend();
        }

        driver.Execute(plan);
        batch.Seal();
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            (_, token) => batch.Cancel(this, token), null);
        await batch.Task.ConfigureAwait(false);
    }

    // All or nothing: a mistake in the last message must not leave the first ones sent.
    private void CheckAll(IReadOnlyList<OutgoingMessage> messages)
    {
        if (_end is not null)
        {
            throw WhyClosed();
        }

        for (int i = 0; i < messages.Count; i++)
        {
            OutgoingMessage message = messages[i];
            ArgumentNullException.ThrowIfNull(message.Exchange, nameof(messages));
            ArgumentNullException.ThrowIfNull(message.RoutingKey, nameof(messages));
            CommandResult result = Check(
                message.Exchange, message.RoutingKey, message.Properties ?? BasicProperties.Empty, message.Body.Length);
            if (result is not (CommandResult.Ok or CommandResult.TooManyUnsettled))
            {
                AmqpException error = _pump.Refused(result, this);
                throw error is AmqpMisuseException
                    ? new AmqpMisuseException($"Message {i} of the batch: {error.Message}")
                    : error;
            }
        }
    }

    private AmqpException? EncodeNow(in OutgoingMessage message, ref PublishSource? source)
    {
        CommandResult result = Encode(
            message.Exchange,
            message.RoutingKey,
            message.Body,
            Identified(message.Properties),
            message.Mandatory,
            ref source);
        return result == CommandResult.Ok ? null : _pump.Refused(result, this);
    }
}
