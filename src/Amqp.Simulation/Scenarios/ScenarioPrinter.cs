using System.Globalization;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Scenarios;

/// <summary>Writes scenarios as C# that makes them again.</summary>
internal static class ScenarioPrinter
{
    /// <summary>The namespaces that the C# needs.</summary>
    public const string Usings = """
        using System;
        using Amqp.Engine.Base;
        using Amqp.Engine.Session;
        using Amqp.Engine.Spec;
        using Amqp.FakeBroker;
        using Amqp.FakeBroker.Faults;
        using Amqp.Simulation.Links;
        using Amqp.Simulation.Scenarios;
        using Amqp.Simulation.World;

        """;

    public static string Print(Scenario scenario)
    {
        var text = new StringBuilder("new Scenario\n{\n");
        if (scenario.Seed != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    Seed = {scenario.Seed}UL,\n");
        }

        string[] options = [.. Options(scenario.Options)];
        if (options.Length > 0)
        {
            text.Append("    Options = new WorldOptions\n    {\n");
            Append(text, options, ",\n");
            text.Append("    },\n");
        }

        AppendList(text, "Steps", scenario.Steps.Select(StepCode));
        AppendList(text, "MoreClients", scenario.MoreClients.Select(ClientCode));
        AppendList(text, "Faults", scenario.Faults.Select(FaultCode));
        return text.Append('}').ToString();
    }

    private static void AppendList(StringBuilder text, string name, IEnumerable<string> items)
    {
        string[] lines = [.. items];
        if (lines.Length > 0)
        {
            text.Append("    ").Append(name).Append(" =\n    [\n");
            Append(text, lines, ",\n");
            text.Append("    ],\n");
        }
    }

    private static void Append(StringBuilder text, IEnumerable<string> lines, string end)
    {
        foreach (string line in lines)
        {
            text.Append("        ").Append(line).Append(end);
        }
    }

    /// <summary>Whatever is not as it is by default.</summary>
    private static IEnumerable<string> Options(WorldOptions options)
    {
        var plain = new WorldOptions();
        if (options.Session != plain.Session)
        {
            yield return "Session = " + Session(options.Session);
        }

        if (options.Broker is not null)
        {
            yield return "Broker = " + Broker(options.Broker);
        }

        if (options.Link != plain.Link)
        {
            yield return "Link = " + Link(options.Link);
        }

        if (options.Buggify != BuggifySites.None)
        {
            yield return "Buggify = " + string.Join(
                " | ", Buggifier.Sites.Where(each => options.Buggify.HasFlag(each)).Select(s => CSharp.Value(s)));
        }

        if (options.Reconnect is { } reconnect)
        {
            yield return "Reconnect = " + (reconnect == ReconnectOptions.Default
                ? "ReconnectOptions.Default"
                : CSharp.Call(nameof(ReconnectOptions), reconnect.Delay, reconnect.MaxDelay));
        }

        if (options.ClientClock != plain.ClientClock)
        {
            yield return "ClientClock = " + CSharp.Call(nameof(ClockOptions), options.ClientClock.DriftPpm);
        }

        if (options.BrokerClock != plain.BrokerClock)
        {
            yield return "BrokerClock = " + CSharp.Call(nameof(ClockOptions), options.BrokerClock.DriftPpm);
        }

        if (options.Origin != plain.Origin)
        {
            yield return "Origin = " + CSharp.Call(nameof(MonoTime), options.Origin.Ticks);
        }

        (string Name, TimeSpan Value, TimeSpan Plain)[] spans =
        [
            (nameof(options.ConnectTimeout), options.ConnectTimeout, plain.ConnectTimeout),
            (nameof(options.FaultsEnd), options.FaultsEnd, plain.FaultsEnd),
            (nameof(options.Patience), options.Patience, plain.Patience),
            (nameof(options.Grace), options.Grace, plain.Grace),
            (nameof(options.Limit), options.Limit, plain.Limit),
        ];
        foreach ((string name, TimeSpan value, TimeSpan usual) in spans.Where(static each => each.Value != each.Plain))
        {
            yield return $"{name} = {CSharp.Value(value)}";
        }

        if (options.MaxHappenings != plain.MaxHappenings)
        {
            yield return $"MaxHappenings = {CSharp.Value(options.MaxHappenings)}";
        }
    }

    private static string Session(SessionOptions options)
    {
        var plain = new SessionOptions();
        SessionOptions known = plain with
        {
            VirtualHost = options.VirtualHost,
            UserName = options.UserName,
            Password = options.Password,
            ChannelMax = options.ChannelMax,
            FrameMax = options.FrameMax,
            Heartbeat = options.Heartbeat,
            HandshakeTimeout = options.HandshakeTimeout,
            CloseTimeout = options.CloseTimeout,
            BlockedTimeout = options.BlockedTimeout,
        };
        if (known != options)
        {
            throw new NotSupportedException("Limits, mechanisms and client properties cannot be written as C#.");
        }

        return CSharp.New(
            nameof(SessionOptions),
            ("VirtualHost", Unless(options.VirtualHost, plain.VirtualHost)),
            ("UserName", Unless(options.UserName, plain.UserName)),
            ("Password", Unless(options.Password, plain.Password)),
            ("ChannelMax", Unless(options.ChannelMax, plain.ChannelMax)),
            ("FrameMax", Unless(options.FrameMax, plain.FrameMax)),
            ("Heartbeat", Unless(options.Heartbeat, plain.Heartbeat)),
            ("HandshakeTimeout", Unless(options.HandshakeTimeout, plain.HandshakeTimeout)),
            ("CloseTimeout", Unless(options.CloseTimeout, plain.CloseTimeout)),
            ("BlockedTimeout", options.BlockedTimeout));
    }

    private static string Broker(BrokerOptions options)
    {
        var plain = new BrokerOptions();
        BrokerOptions known = plain with
        {
            Seed = options.Seed,
            Profile = options.Profile,
            ChannelMax = options.ChannelMax,
            FrameMax = options.FrameMax,
            HeartbeatSeconds = options.HeartbeatSeconds,
            JournalLength = options.JournalLength,
            ConsumerTimeout = options.ConsumerTimeout,
        };
        if (known != options)
        {
            throw new NotSupportedException("Only the broker's profile, seed and limits can be written as C#.");
        }

        return CSharp.New(
            nameof(BrokerOptions),
            ("Seed", Unless(options.Seed, plain.Seed)),
            ("Profile", Profile(options.Profile, plain.Profile)),
            ("ChannelMax", Unless(options.ChannelMax, plain.ChannelMax)),
            ("FrameMax", Unless(options.FrameMax, plain.FrameMax)),
            ("HeartbeatSeconds", Unless(options.HeartbeatSeconds, plain.HeartbeatSeconds)),
            ("JournalLength", Unless(options.JournalLength, plain.JournalLength)),
            ("ConsumerTimeout", Unless(options.ConsumerTimeout, plain.ConsumerTimeout)));
    }

    private static Code? Profile(BrokerProfile profile, BrokerProfile plain) => profile == plain
        ? null
        : new Code($"BrokerProfile.Find({CSharp.Value(profile.Name)})!");

    private static string Link(LinkOptions link)
    {
        var plain = new LinkOptions();
        return CSharp.New(
            nameof(LinkOptions),
            ("ToBroker", link.ToBroker == plain.ToBroker ? null : Chunks(link.ToBroker)),
            ("ToClient", link.ToClient == plain.ToClient ? null : Chunks(link.ToClient)),
            ("Latency", Unless(link.Latency, plain.Latency)),
            ("Jitter", Unless(link.Jitter, plain.Jitter)),
            ("ChunkGap", Unless(link.ChunkGap, plain.ChunkGap)),
            ("ReceiveWindow", link.ReceiveWindow),
            ("BytesPerSecond", link.BytesPerSecond),
            ("ShortWrites", link.ShortWrites));
    }

    private static Code Chunks(Chunking chunking) => new(chunking.Kind switch
    {
        ChunkingKind.FixedSize => $"Chunking.FixedSize({CSharp.Value(chunking.Size)})",
        ChunkingKind.Coalesce => $"Chunking.Coalesce({CSharp.Value(chunking.Window)})",
        ChunkingKind kind => $"Chunking.{kind}",
    });

    /// <summary>The value as code, even where it is zero; null where it is the usual one.</summary>
    private static Code? Unless<T>(T value, T plain) =>
        EqualityComparer<T>.Default.Equals(value, plain) ? null : new Code(CSharp.Value(value));

    private static string StepCode(Step step) => step switch
    {
        Step.OpenChannel s => CSharp.Call("Step.OpenChannel", s.Slot),
        Step.CloseChannel s => CSharp.Call("Step.CloseChannel", s.Slot),
        Step.Call s => CSharp.Call("Step.Call", s.Slot, new Code(MethodPrinter.Print(s.Method))),
        Step.Send s => CSharp.Call("Step.Send", s.Slot, new Code(MethodPrinter.Print(s.Method))),
        Step.DeclareQueue s => CSharp.Call("Step.DeclareQueue", s.Slot, s.Queue, s.Durable),
        Step.DeleteQueue s => CSharp.Call("Step.DeleteQueue", s.Slot, s.Queue),
        Step.ConfirmSelect s => CSharp.Call("Step.ConfirmSelect", s.Slot),
        Step.Qos s => CSharp.Call("Step.Qos", s.Slot, s.Prefetch),
        Step.Publish s => CSharp.Call(
            "Step.Publish", s.Slot, s.Exchange, s.RoutingKey, s.BodySize, s.Mandatory, s.Persistent),
        Step.Consume s => CSharp.Call("Step.Consume", s.Slot, s.Queue, s.ConsumerTag, s.NoAck),
        Step.Cancel s => CSharp.Call("Step.Cancel", s.Slot, s.ConsumerTag),
        Step.Get s => CSharp.Call("Step.Get", s.Slot, s.Queue, s.NoAck),
        Step.Ack s => CSharp.Call("Step.Ack", s.Slot, s.Multiple),
        Step.Nack s => CSharp.Call("Step.Nack", s.Slot, s.Multiple, s.Requeue),
        Step.Reject s => CSharp.Call("Step.Reject", s.Slot, s.Requeue),
        Step.Wait s => CSharp.Call("Step.Wait", s.Span),
        Step.Settle => "new Step.Settle()",
        Step.Close => "new Step.Close()",
        _ => throw new NotSupportedException($"The step {step} cannot be written as C#."),
    };

    private static string ClientCode(ClientPlan client) =>
        $"new ClientPlan {{ Steps = [{string.Join(", ", client.Steps.Select(StepCode))}] }}";

    private static string FaultCode(PlannedFault fault) =>
        CSharp.Call(nameof(PlannedFault), fault.At, new Code(FaultPrinter.Print(fault.Fault)));
}
