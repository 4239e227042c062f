using System.Globalization;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation;

/// <summary>Faults in words, both ways.</summary>
internal static class FaultText
{
    private const string VirtualHost = "/";

    public static string Write(BrokerFault fault) => fault switch
    {
        CutConnection { Connection: null } cut => "cut " + Write(cut.Cut),
        CutNextConnection next => "cut next " + Write(next.Cut),
        RestartBroker restart => "restart " + DurationText.Write(restart.Downtime),
        CrashBroker { LosesUnconfirmed: true } crash =>
            $"crash {DurationText.Write(crash.Downtime)} losing unconfirmed",
        CrashBroker crash => "crash " + DurationText.Write(crash.Downtime),
        SlowConfirms slow => "delay confirms " + DurationText.Write(slow.Delay),
        StopConfirms => "hold confirms",
        ResumeConfirms => "release confirms",
        MemoryAlarm alarm => "memory alarm " + (alarm.IsOn ? "on" : "off"),
        DiskAlarm alarm => "disk alarm " + (alarm.IsOn ? "on" : "off"),
        NackPublishes { Exchange: null, RoutingKey: null } nack => $"nack {Number(nack.Count)}",
        ReturnPublishes { Exchange: null, RoutingKey: null } back => $"return {Number(back.Count)}",
        CancelConsumers { VirtualHost: VirtualHost, ConsumerTag: null } cancel => "cancel consumers of " + cancel.Queue,
        DeleteQueue { VirtualHost: VirtualHost } delete => "delete queue " + delete.Queue,
        CloseConnection { Connection: null } close => "close connections " + close.Reason,
        FreezeConnection { Connection: null } => "freeze",
        ThawConnection { Connection: null } => "thaw",
        StopHeartbeats { Connection: null } => "stop heartbeats",
        ClogLink clog => $"clog {Write(clog.Direction)} {DurationText.Write(clog.For)}",
        PartitionNetwork part => $"part {Write(part.Direction)} {DurationText.Write(part.For)}",
        HoldLink hold => "hold " + Write(hold.Direction),
        ReleaseLink release => "release " + Write(release.Direction),
        SendBytes { Connection: null } send => "send bytes " + Convert.ToHexString(send.Bytes.Span),
        StepClock step => $"move {(step.OfBroker ? "broker" : "client")} clock {DurationText.Write(step.By)}",
        FailConnects fail => $"connects {Write(fail.Failure)} {Number(fail.Count)}",
        _ => throw new FormatException(
            $"{fault} has no words; give it to {nameof(SimFaults)}.{nameof(SimFaults.Inject)}"),
    };

    public static BrokerFault Parse(string[] words) => words switch
    {
        ["cut", "next", .. var rest] => new CutNextConnection(ParseCut(rest)),
        ["cut", .. var rest] => new CutConnection(null, ParseCut(rest)),
        ["restart", var time] => new RestartBroker(DurationText.Parse(time)),
        ["crash", var time] => new CrashBroker(DurationText.Parse(time)),
        ["crash", var time, "losing", "unconfirmed"] => new CrashBroker(DurationText.Parse(time), true),
        ["delay", "confirms", var time] => new SlowConfirms(DurationText.Parse(time)),
        ["hold", "confirms"] => new StopConfirms(),
        ["release", "confirms"] => new ResumeConfirms(),
        ["memory", "alarm", var state] => new MemoryAlarm(IsOn(state)),
        ["disk", "alarm", var state] => new DiskAlarm(IsOn(state)),
        ["nack", var count] => new NackPublishes(ParseNumber(count)),
        ["return", var count] => new ReturnPublishes(ParseNumber(count)),
        ["cancel", "consumers", "of", var queue] => new CancelConsumers(VirtualHost, queue),
        ["delete", "queue", var queue] => new DeleteQueue(VirtualHost, queue),
        ["close", "connections", .. var reason] => new CloseConnection(null, string.Join(' ', reason)),
        ["freeze"] => new FreezeConnection(null),
        ["thaw"] => new ThawConnection(null),
        ["stop", "heartbeats"] => new StopHeartbeats(null),
        ["clog", .. var way, var time] => new ClogLink(ParseWay(way), DurationText.Parse(time)),
        ["part", .. var way, var time] => new PartitionNetwork(ParseWay(way), DurationText.Parse(time)),
        ["hold", .. var way] => new HoldLink(ParseWay(way)),
        ["release", .. var way] => new ReleaseLink(ParseWay(way)),
        ["send", "bytes", var bytes] => new SendBytes(null, Convert.FromHexString(bytes)),
        ["move", "client", "clock", var by] => new StepClock(false, DurationText.Parse(by, true)),
        ["move", "broker", "clock", var by] => new StepClock(true, DurationText.Parse(by, true)),
        ["connects", var how, var count] => new FailConnects(ParseFailure(how), ParseNumber(count)),
        _ => throw new FormatException($"'{string.Join(' ', words)}' is no fault; docs/simulator.md lists them"),
    };

    public static string Write(Cut cut) => cut switch
    {
        CutAtPlace atPlace => $"{Write(cut.Kind)} {atPlace.Place}",
        CutAtByte atByte => $"{Write(cut.Kind)} after {Number(atByte.Offset)} bytes {Write(atByte.Direction)}",
        CutAtTime { After.Ticks: 0 } => Write(cut.Kind) + " now",
        CutAtTime atTime => $"{Write(cut.Kind)} after {DurationText.Write(atTime.After)}",
        _ => throw new FormatException($"{cut} has no words"),
    };

    private static Cut ParseCut(string[] words) => words switch
    {
        [var kind, "now"] => new CutAtTime(TimeSpan.Zero, ParseKind(kind)),
        [var kind, "after", var count, "bytes", .. var way] => new CutAtByte(
            ParseWay(way) ?? throw new FormatException("bytes are counted 'to-broker' or 'to-client'"),
            long.Parse(count, NumberStyles.None, CultureInfo.InvariantCulture),
            ParseKind(kind)),
        [var kind, "after", var time] => new CutAtTime(DurationText.Parse(time), ParseKind(kind)),
        [var kind, .. var place] => new CutAtPlace(ProtocolPlace.Parse(string.Join(' ', place)), ParseKind(kind)),
        _ => throw new FormatException("a cut is 'fin', 'reset', 'silent' or 'one-way', and where"),
    };

    private static string Write(CutKind kind) => kind switch
    {
        CutKind.Fin => "fin",
        CutKind.Reset => "reset",
        CutKind.Silent => "silent",
        _ => "one-way",
    };

    private static CutKind ParseKind(string word) => word switch
    {
        "fin" => CutKind.Fin,
        "reset" => CutKind.Reset,
        "silent" => CutKind.Silent,
        "one-way" => CutKind.SilentOneWay,
        _ => throw new FormatException($"'{word}' is no kind of cut: fin, reset, silent or one-way"),
    };

    private static string Write(LinkDirection? direction) => direction switch
    {
        LinkDirection.ToBroker => "to-broker",
        LinkDirection.ToClient => "to-client",
        _ => "both-ways",
    };

    private static LinkDirection? ParseWay(string[] words) => words switch
    {
        ["to-broker"] => LinkDirection.ToBroker,
        ["to-client"] => LinkDirection.ToClient,
        ["both-ways"] or [] => null,
        _ => throw new FormatException("a way is to-broker, to-client or both-ways"),
    };

    private static string Write(ConnectFailure failure) => failure switch
    {
        ConnectFailure.Refused => "refused",
        ConnectFailure.Hangs => "hang",
        ConnectFailure.ResetAfterAccept => "reset",
        ConnectFailure.Garbage => "garbage",
        ConnectFailure.TlsAlert => "tls",
        _ => "mute",
    };

    private static ConnectFailure ParseFailure(string word) => word switch
    {
        "refused" => ConnectFailure.Refused,
        "hang" => ConnectFailure.Hangs,
        "reset" => ConnectFailure.ResetAfterAccept,
        "garbage" => ConnectFailure.Garbage,
        "tls" => ConnectFailure.TlsAlert,
        "mute" => ConnectFailure.Mute,
        _ => throw new FormatException($"'{word}' is not refused, hang, reset, garbage, tls or mute"),
    };

    private static bool IsOn(string word) => word switch
    {
        "on" => true,
        "off" => false,
        _ => throw new FormatException($"'{word}' is neither on nor off"),
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static int ParseNumber(string word) => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
