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
        var request = new ConnectionUpdateSecret { NewSecret = newSecret, Reason = reason };
        StartCall(null, request, call);
        return WaitAsync(call, MethodId.ConnectionUpdateSecret, cancellationToken);
    }

    /// <summary>Sends a call; while the connection is being recovered it waits, in order, to be sent.</summary>
    internal void StartCall(AmqpChannel? channel, AmqpMethod request, RpcCall call)
    {
        SendPlan plan;
        Driver driver;
        lock (_pump.Gate)
        {
            if (channel is { HasEnded: true })
            {
                throw channel.WhyClosed();
            }

            call.Request = request;
            call.Channel = channel;
            if (_pump.IsSuspended && _recovery!.TryHold(call))
            {
                return;
            }

            if (Send(call) is { } error)
            {
                throw error;
            }

            driver = _driver;
            plan = driver.PlanSend();
        }

        driver.Execute(plan);
    }

    /// <summary>Gives a call to the session. The gate is held.</summary>
    /// <returns>Why it cannot be sent; <see langword="null"/> when it was.</returns>
    internal AmqpException? Send(RpcCall call)
    {
        CommandResult result;
        RequestId id;
        try
        {
            result = _pump.Session.Call((ushort)(call.Channel?.Number ?? 0), call.Request!, out id);
        }
        catch (ArgumentException error)
        {
            return new AmqpMisuseException($"{call.Request!.Id.Name()}: {error.Message}");
        }

        if (result != CommandResult.Ok)
        {
            return _pump.Refused(result, call.Channel);
        }

        _pump.Track(id, call);
        return null;
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

            string what = call.IsHeld
                ? $"The connection was not recovered for {request.Name()}, which was not sent,"
                : $"The broker did not answer {request.Name()}";
            throw new AmqpTimeoutException($"{what} within {Options.RequestTimeout}.", error);
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
