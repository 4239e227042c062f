using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Looks at intervals for deliveries that stayed unacknowledged too long, as long as there are any unacknowledged.
/// </summary>
internal sealed class AckTimeoutSweep(BrokerCore core) : ITimed
{
    public MonoTime NextDeadline { get; private set; } = MonoTime.Never;

    public MonoTime ArmedFor { get; set; } = MonoTime.Never;

    /// <summary>Something was delivered that wants an acknowledgement.</summary>
    public void Watch()
    {
        if (NextDeadline == MonoTime.Never && core.Profile.TimesOutDeliveries)
        {
            NextDeadline = core.Now + core.ConsumerTimeoutInterval;
            core.Arm(this);
        }
    }

    /// <summary>The interval changed.</summary>
    public void Restart()
    {
        if (NextDeadline != MonoTime.Never)
        {
            NextDeadline = MonoTime.Never;
            Watch();
        }
    }

    public void Elapse()
    {
        if (core.Now < NextDeadline)
        {
            return;
        }

        NextDeadline = MonoTime.Never;
        BrokerConnection[] connections = [.. core.Connections];
        bool isAnyLeft = false;
        foreach (BrokerConnection connection in connections)
        {
            isAnyLeft |= connection.CloseOverdueChannels();
        }

        if (isAnyLeft)
        {
            Watch();
        }
    }
}
