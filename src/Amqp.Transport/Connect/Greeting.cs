using System.Net.Sockets;

namespace Amqp.Transport.Connect;

/// <summary>Guesses from a failure what listens on a port when it is not the broker that was expected.</summary>
internal static class Greeting
{
    private const byte TlsAlert = 0x15;
    private const byte TlsMajorVersion = 0x03;

    public static string Explain(ReadOnlySpan<byte> greeting, AmqpException error, TimeSpan budget)
    {
        if (greeting.IsEmpty)
        {
            return error switch
            {
                AmqpTimeoutException => $"the server accepted the connection but sent nothing within "
                    + $"{budget.TotalSeconds:0.###} s; it may not be an AMQP server",
                { InnerException: { } cause } => $"the connection broke before the server sent a byte "
                    + $"({cause.Message}); a proxy may have no server behind it, or the server may expect TLS",
                _ => "the server closed the connection without a byte in answer to the AMQP header; "
                    + "it may not be an AMQP server, or it may expect TLS",
            };
        }

        if (greeting.Length >= 2 && greeting[0] == TlsAlert && greeting[1] == TlsMajorVersion)
        {
            return "the server answers with TLS; use TLS, or amqps in the URI";
        }

        if (greeting.StartsWith("HTTP/"u8) || greeting.StartsWith("<"u8))
        {
            return "an HTTP server answers on this port; it is no AMQP port";
        }

        if (greeting.Length >= 8 && greeting.StartsWith("AMQP"u8))
        {
            return $"the server speaks another version of AMQP: {greeting[5]}-{greeting[6]}-{greeting[7]}";
        }

        return error.Message;
    }

    public static string ExplainTcp(Exception error, TimeSpan budget) => error switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "nothing listens there (connection refused)",
        OperationCanceledException or TimeoutException =>
            $"no connection was made within {budget.TotalSeconds:0.###} s",
        _ => error.Message,
    };
}
