using Amqp.Engine.Base;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>A clock that may start anywhere, go too fast or too slowly, and jump.</summary>
internal sealed class SimClock(MonoTime origin, ClockOptions options)
{
    private const long Million = 1_000_000;

    private long _shift;

    /// <summary>What it shows at a time of the world.</summary>
    public MonoTime At(MonoTime world) => world == MonoTime.Never
        ? MonoTime.Never
        : new MonoTime(origin.Ticks + Local(world.Ticks) + _shift);

    /// <summary>The first time of the world at which it shows this or more.</summary>
    public MonoTime WorldTimeOf(MonoTime local)
    {
        if (local == MonoTime.Never)
        {
            return MonoTime.Never;
        }

        long wanted = local.Ticks - origin.Ticks - _shift;
        if (options.DriftPpm == 0)
        {
            return new MonoTime(wanted);
        }

        long world = (long)((Int128)wanted * Million / (Million + options.DriftPpm));
        while (Local(world) < wanted)
        {
            world++;
        }

        return new MonoTime(world);
    }

    /// <summary>Moves its hands.</summary>
    public void Step(TimeSpan by) => _shift += by.Ticks;

    private long Local(long ticks) => options.DriftPpm == 0
        ? ticks
        : ticks + (long)((Int128)ticks * options.DriftPpm / Million);
}
