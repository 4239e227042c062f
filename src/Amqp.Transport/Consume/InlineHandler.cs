namespace Amqp.Transport;

/// <summary>Handles a message on the thread that reads the connection. It must not block.</summary>
/// <param name="delivery">The message, valid until the handler returns.</param>
public delegate void InlineHandler(in InlineDelivery delivery);
