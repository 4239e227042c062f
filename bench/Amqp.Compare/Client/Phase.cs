namespace Amqp.Compare.Client;

/// <summary>What a look at the clock says.</summary>
internal enum Phase
{
    /// <summary>Go on.</summary>
    Running,

    /// <summary>The warm-up is over: settle what is open, then call <see cref="Meter.Begin"/>.</summary>
    WarmedUp,

    /// <summary>Enough: settle what is open, then call <see cref="Meter.End"/>.</summary>
    Done,
}
