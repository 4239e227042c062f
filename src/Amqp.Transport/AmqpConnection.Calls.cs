using Amqp.Engine.Commands;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// Calls: a request, then a wait for its reply. Giving up the wait costs nothing but the wait.
public sealed partial class AmqpConnection
{
    /// <summary>Sends new credentials for a connection whose old ones expire (RabbitMQ's
    /// <c>connection.update-secret</c>).</summary>
    /// <param name="newSecret">The new secret; never logged.</param>
    /// <param name="reason">Why, for the broker's log.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task UpdateSecretAsync(string newSecret, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newSecret);
        ArgumentNullException.ThrowIfNull(reason);
        cancellationToken.ThrowIfCancellationRequested();
        var call = new RpcCall();
        StartCall(null, 0, new ConnectionUpdateSecret { NewSecret = newSecret, Reason = reason }, call);
        return WaitAsync(call, MethodId.ConnectionUpdateSecret, cancellationToken);
    }

    internal void StartCall(AmqpChannel? channel, ushort number, AmqpMethod request, RpcCall call)
    {
        SendPlan plan;
        lock (_pump.Gate)
        {
            if (channel is { HasEnded: true })
            {
                throw channel.WhyClosed();
            }

            CommandResult result;
            RequestId id;
            try
            {
                result = _pump.Session.Call(number, request, out id);
            }
            catch (ArgumentException error)
            {
                throw new AmqpMisuseException($"{request.Id.Name()}: {error.Message}");
            }

            if (result != CommandResult.Ok)
            {
                throw _pump.Refused(result, channel);
            }

            _pump.Track(id, call);
            plan = _driver.PlanSend();
        }

        _driver.Execute(plan);
    }

    internal async Task<object> WaitAsync(RpcCall call, MethodId request, CancellationToken cancellationToken)
    {
        try
        {
            return await call.Task.WaitAsync(Options.RequestTimeout, Options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            if (!TryAbandon(call))
            {
                return await call.Task.ConfigureAwait(false);
            }

            if (error is OperationCanceledException)
            {
                throw;
            }

            throw new AmqpTimeoutException(
                $"The broker did not answer {request.Name()} within {Options.RequestTimeout}.", error);
        }
    }

    // False when the reply came in the very moment: then its effect is in place, and the caller gets it.
    internal bool TryAbandon(RpcCall call)
    {
        lock (_pump.Gate)
        {
            if (call.IsReplied || call.Task.IsCompleted)
            {
                return false;
            }

            call.IsAbandoned = true;
            return true;
        }
    }
}
