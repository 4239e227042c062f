using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>One client of a world: its user, its present connection, and what its user may ask of the world.</summary>
internal sealed class WorldClient
{
    private readonly SimWorld _world;

    public WorldClient(SimWorld world, int index, ImmutableArray<Step> steps, ISessionRecovery? recovery)
    {
        _world = world;
        Index = index;
        Audit = world.Audit.Add();
        User = new ScenarioClient(this, steps, recovery);
    }

    /// <summary>Which client it is, from 0.</summary>
    public int Index { get; }

    /// <summary>Who takes the scenario's steps.</summary>
    public ScenarioClient User { get; }

    public ClientAudit Audit { get; }

    /// <summary>The connection that it has, or had last.</summary>
    public SimConnection? Current { get; set; }

    /// <summary>How often it connected or tried to.</summary>
    public int Attempts { get; set; }

    /// <summary>True while an attempt is under way or due.</summary>
    public bool IsConnecting { get; set; }

    /// <summary>Until when it is waited for what may still come.</summary>
    public MonoTime GraceUntil { get; set; }

    public AmqpSession? Session => Current?.Session;

    public MonoTime Now => _world.Now;

    public MonoTime ClientNow => _world.ClientNow;

    public int OpenCalls => Audit.OpenCalls;

    public bool IsSettled => Audit.OpenCalls == 0 && Audit.OpenPublishes == 0 && _world.AreLinksQuiet(this);

    public void Mark(WorldMark mark) => _world.Mark(mark);

    public void Progress() => _world.Progress();

    public void WakeClientAt(MonoTime at) => _world.WakeClientAt(at);

    public void ConnectIn(TimeSpan delay) => _world.ConnectIn(this, delay);

    public void Record(CommandRecord command, int index) => _world.Record(this, command, index);

    public void PassedOver(Step step, string why) => _world.PassedOver(this, step, why);

    public void FlushCurrent()
    {
        if (Current is { } connection)
        {
            _world.Flush(connection);
        }
    }

    /// <summary>Drains what commands made happen without any input, and sends what they wrote.</summary>
    public void AfterCommands()
    {
        if (Current is { } connection)
        {
            _world.DrainCommands(connection);
        }
    }
}
