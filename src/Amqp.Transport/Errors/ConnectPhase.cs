namespace Amqp.Transport;

/// <summary>How far an attempt to connect came.</summary>
public enum ConnectPhase
{
    /// <summary>Resolving the name.</summary>
    Dns,

    /// <summary>Asking the <see cref="ICredentialsProvider"/>.</summary>
    Credentials,

    /// <summary>Making the byte stream, which is TCP unless a connector of another kind is used.</summary>
    Tcp,

    /// <summary>The TLS handshake.</summary>
    Tls,

    /// <summary>The AMQP handshake, from the protocol header to <c>connection.open-ok</c>.</summary>
    Amqp,
}
