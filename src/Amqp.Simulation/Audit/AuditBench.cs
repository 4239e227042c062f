using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Audit;

/// <summary>All auditors of a run: those of each client, and those of what clients share.</summary>
internal sealed class AuditBench
{
    /// <summary>The first failures tell enough; one mistake can break a property a thousand times.</summary>
    private const int MostFailures = 20;

    private readonly List<ClientAudit> _clients = [];
    private readonly MessageLedger _ledger = new();
    private readonly TopologyAuditor _topology = new();
    private readonly ConservationAuditor _conservation = new();
    private readonly IAuditor[] _shared;
    private readonly List<string> _own = [];

    public AuditBench() => _shared = [_conservation, new SafetyAuditor(_ledger), _topology];

    public IEnumerable<string> Failures => _own
        .Concat(_clients.SelectMany(static each => each.Failures))
        .Concat(_shared.SelectMany(static each => each.Failures))
        .Take(MostFailures);

    /// <summary>True once anything was found wrong.</summary>
    public bool HasFailed
    {
        get
        {
            bool has = _own.Count > 0;
            foreach (IAuditor auditor in _shared)
            {
                has |= auditor.Failures.Count > 0;
            }

            foreach (ClientAudit client in _clients)
            {
                has |= client.HasFailed;
            }

            return has;
        }
    }

    /// <summary>The auditors of one more client.</summary>
    public ClientAudit Add()
    {
        var audit = new ClientAudit(_clients.Count, _ledger, _topology);
        _clients.Add(audit);
        _topology.Clients = _clients.Count;
        return audit;
    }

    public void Fail(string failure) => _own.Add(failure);

    public void OnBroker(in BrokerEvent e) => _conservation.OnBroker(e);

    public void OnFault(BrokerFault fault, bool happened)
    {
        _ledger.OnFault(fault, happened);
        _topology.OnFault(fault, happened);
        foreach (ClientAudit client in _clients)
        {
            client.OnFault(fault, happened);
        }
    }

    public void OnSettled(BrokerCore broker) => _topology.OnSettled(broker);

    public void OnFinish(WorldEnd end)
    {
        foreach (IAuditor auditor in _shared)
        {
            auditor.OnFinish(end.Broker, end.IsStuck);
        }

        foreach (ClientAudit client in _clients)
        {
            client.OnFinish(end.Broker, end.IsStuck);
        }

        LeakCheck.Look(end, _own);
    }
}
