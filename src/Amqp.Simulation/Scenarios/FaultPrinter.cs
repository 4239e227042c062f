using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Scenarios;

/// <summary>Writes faults as C#.</summary>
internal static class FaultPrinter
{
    public static string Print(BrokerFault fault) => fault switch
    {
        CutNextConnection f => CSharp.Call(nameof(CutNextConnection), Cut(f.Cut)),
        CutConnection f => CSharp.Call(nameof(CutConnection), f.Connection, Cut(f.Cut)),
        FreezeConnection f => CSharp.Call(nameof(FreezeConnection), f.Connection),
        ThawConnection f => CSharp.Call(nameof(ThawConnection), f.Connection),
        ClogLink f => CSharp.Call(nameof(ClogLink), f.Direction, f.For),
        HoldLink f => CSharp.Call(nameof(HoldLink), f.Direction),
        ReleaseLink f => CSharp.Call(nameof(ReleaseLink), f.Direction),
        PartitionNetwork f => CSharp.Call(nameof(PartitionNetwork), f.Direction, f.For),
        FailConnects f => CSharp.Call(nameof(FailConnects), f.Failure, f.Count),
        StepClock f => CSharp.Call(nameof(StepClock), f.OfBroker, f.By),
        RestartBroker f => CSharp.Call(nameof(RestartBroker), f.Downtime),
        CrashBroker f => CSharp.Call(nameof(CrashBroker), f.Downtime, f.LosesUnconfirmed),
        SlowConfirms f => CSharp.Call(nameof(SlowConfirms), f.Delay),
        StopConfirms => CSharp.Call(nameof(StopConfirms)),
        ResumeConfirms => CSharp.Call(nameof(ResumeConfirms)),
        NackPublishes f => CSharp.Call(nameof(NackPublishes), f.Count, f.Exchange, f.RoutingKey),
        ReturnPublishes f => CSharp.Call(nameof(ReturnPublishes), f.Count, f.Exchange, f.RoutingKey),
        MemoryAlarm f => CSharp.Call(nameof(MemoryAlarm), f.IsOn),
        DiskAlarm f => CSharp.Call(nameof(DiskAlarm), f.IsOn),
        CancelConsumers f => CSharp.Call(nameof(CancelConsumers), f.VirtualHost, f.Queue, f.ConsumerTag),
        DeleteQueue f => CSharp.Call(nameof(DeleteQueue), f.VirtualHost, f.Queue),
        CloseConnection f => CSharp.Call(nameof(CloseConnection), f.Connection, f.Reason),
        StopHeartbeats f => CSharp.Call(nameof(StopHeartbeats), f.Connection),
        SendBytes f => CSharp.Call(nameof(SendBytes), f.Connection, f.Bytes),
        _ => throw new NotSupportedException($"The fault {fault} cannot be written as C#."),
    };

    private static Code Cut(Cut cut) => new(cut switch
    {
        CutAtByte c => CSharp.Call(nameof(CutAtByte), c.Direction, c.Offset, c.Kind),
        CutAtTime c => CSharp.Call(nameof(CutAtTime), c.After, c.Kind),
        CutAtPlace c => CSharp.Call(
            nameof(CutAtPlace), new Code($"ProtocolPlace.Parse({CSharp.Value(c.Place.ToString())})"), c.Kind),
        _ => throw new NotSupportedException($"The cut {cut} cannot be written as C#."),
    });
}
