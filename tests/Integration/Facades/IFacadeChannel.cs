using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Integration.Facades;

/// <summary>A kind of channel, as the suite of all kinds sees it.</summary>
public interface IFacadeChannel
{
    /// <summary>Whether it is open.</summary>
    bool IsOpen { get; }

    /// <summary>Puts it into confirm mode.</summary>
    Task ConfirmSelectAsync();

    /// <summary>Declares a queue.</summary>
    Task<QueueDeclareOk> DeclareQueueAsync(
        string queue = "", bool exclusive = true, bool passive = false, bool autoDelete = false);

    /// <summary>Deletes a queue.</summary>
    Task<uint> DeleteQueueAsync(string queue);

    /// <summary>Purges a queue.</summary>
    Task<uint> PurgeQueueAsync(string queue);

    /// <summary>Declares an exchange, which is durable.</summary>
    Task DeclareExchangeAsync(string exchange, string type = "direct", bool passive = false);

    /// <summary>Deletes an exchange.</summary>
    Task DeleteExchangeAsync(string exchange);

    /// <summary>Binds a queue, or unbinds it.</summary>
    Task BindQueueAsync(string queue, string exchange, string key, bool unbind = false);

    /// <summary>Binds an exchange, or unbinds it.</summary>
    Task BindExchangeAsync(string destination, string source, string key, bool unbind = false);

    /// <summary>Publishes; on a confirming channel until confirmed.</summary>
    Task PublishAsync(
        string exchange, string key, ReadOnlyMemory<byte> body, BasicProperties? properties = null,
        bool mandatory = false);

    /// <summary>Fetches.</summary>
    Task<GetResult?> GetAsync(string queue, bool noAck = false);

    /// <summary>Consumes, and tells of the end by the broker.</summary>
    Task<string> ConsumeAsync(string queue, Action<Delivery> onMessage, bool noAck = false, Action? onCancelled = null);

    /// <summary>Cancels a consumer.</summary>
    Task CancelAsync(string tag);

    /// <summary>Acknowledges.</summary>
    Task AckAsync(ulong tag, bool multiple = false);

    /// <summary>Refuses.</summary>
    Task NackAsync(ulong tag, bool multiple = false, bool requeue = true);

    /// <summary>Refuses one.</summary>
    Task RejectAsync(ulong tag, bool requeue = true);

    /// <summary>Has unsettled messages sent again.</summary>
    Task RecoverAsync();

    /// <summary>Selects, commits or rolls back.</summary>
    Task TxAsync(string what);

    /// <summary>Tells of returned messages.</summary>
    void OnReturned(Action<ReturnedMessage> handler);

    /// <summary>Closes it.</summary>
    Task CloseAsync();
}
