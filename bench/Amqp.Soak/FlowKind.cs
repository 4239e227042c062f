namespace Amqp.Soak;

/// <summary>The kinds of traffic; a flow has one.</summary>
internal enum FlowKind
{
    /// <summary>16 B, each confirm awaited; handled one by one.</summary>
    OneByOne,

    /// <summary>1 KiB, a window of confirms; borrowed bodies, acknowledged in groups.</summary>
    Pipelined,

    /// <summary>4 KiB in batches; four handlers at once.</summary>
    Batches,

    /// <summary>256 B in transactions; every tenth is given back once.</summary>
    Transactions,

    /// <summary>64 KiB, mandatory, some of which reach no queue; read as a stream.</summary>
    Large,

    /// <summary>128 B, fetched by basic.get.</summary>
    Polled,
}
