namespace Amqp.Engine.Events;

/// <summary>Why a session, a channel or a call ended.</summary>
public enum SessionEndKind
{
    /// <summary>The application closed it.</summary>
    ClosedByApplication,

    /// <summary>The broker sent <c>connection.close</c>.</summary>
    ClosedByPeer,

    /// <summary>The login was refused: 403, no common mechanism, or the stream ended right after the login was
    /// sent.</summary>
    AuthenticationRefused,

    /// <summary>The virtual host was refused: 530, or the stream ended right after <c>connection.open</c>.</summary>
    VirtualHostRefused,

    /// <summary>The peer speaks another version of AMQP.</summary>
    VersionMismatch,

    /// <summary>The peer broke the protocol; the fitting 5xx close was appended to the output.</summary>
    ProtocolViolation,

    /// <summary>Nothing was received for two heartbeat intervals.</summary>
    HeartbeatTimeout,

    /// <summary>The handshake did not finish in time.</summary>
    HandshakeTimeout,

    /// <summary>The broker did not answer <c>connection.close</c> in time.</summary>
    CloseTimeout,

    /// <summary>The broker kept the connection blocked for too long.</summary>
    BlockedTimeout,

    /// <summary>The byte stream ended without a close.</summary>
    StreamLost,

    /// <summary>The broker closed one channel with <c>channel.close</c>.</summary>
    ChannelError,

    /// <summary>The owner gave the stream up.</summary>
    Aborted,
}
