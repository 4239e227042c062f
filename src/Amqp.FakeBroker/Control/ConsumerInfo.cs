using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <summary>A consumer at a moment. Immutable, safe to share.</summary>
/// <param name="Tag">The consumer tag.</param>
/// <param name="Queue">The queue it consumes from.</param>
/// <param name="Connection">The number of its connection.</param>
/// <param name="Channel">The number of its channel.</param>
/// <param name="NoAck">True when what it gets counts as acknowledged at once.</param>
/// <param name="IsExclusive">True when it refuses other consumers.</param>
/// <param name="IsActive">True unless another one is the single active consumer.</param>
/// <param name="Prefetch">How many deliveries it may hold unacknowledged; 0 for no limit.</param>
/// <param name="Unacknowledged">How many it holds.</param>
/// <param name="Arguments">The arguments it was made with.</param>
public sealed record ConsumerInfo(
    string Tag,
    string Queue,
    ulong Connection,
    ushort Channel,
    bool NoAck,
    bool IsExclusive,
    bool IsActive,
    int Prefetch,
    int Unacknowledged,
    FieldTable Arguments);
