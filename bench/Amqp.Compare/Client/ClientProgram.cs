using System.Globalization;
using System.Text.Json;
using Amqp.Compare.Curves;
using Amqp.Transport;

namespace Amqp.Compare.Client;

/// <summary>The `client` sub-command.</summary>
internal static class ClientProgram
{
    /// <summary>Runs one contestant in one workload and prints its <see cref="ClientResult"/>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var arguments = ClientArguments.Parse(args);
        var meter = new Meter(arguments);
        IContestant contestant = arguments.Library switch
        {
            "amqp-sim" => new AmqpSimContestant(arguments, meter, ConsumeStyle.Owned),
            "amqp-sim-coalescing" =>
                new AmqpSimContestant(arguments, meter, ConsumeStyle.Owned, readCoalescing: true),
            "amqp-sim-async" => new AmqpSimContestant(arguments, meter, ConsumeStyle.Owned, IoMode.Async),
            "amqp-sim-recovering" =>
                new AmqpSimContestant(arguments, meter, ConsumeStyle.Owned, recovers: true),
            "amqp-sim-borrowed" => new AmqpSimContestant(arguments, meter, ConsumeStyle.Borrowed),
            "amqp-sim-inline" => new AmqpSimContestant(arguments, meter, ConsumeStyle.Inline),
            "bare-socket" => new SocketFloor(arguments, meter),
            "rabbitmq-client" => new RabbitMqContestant(arguments, meter, trackConfirms: true),
            "rabbitmq-client-events" => new RabbitMqContestant(arguments, meter, trackConfirms: false),
            _ => throw new ArgumentException($"Unknown library '{arguments.Library}'."),
        };
        if (arguments.Workload is "stock" or "clean")
        {
            var stock = new Stock(arguments);
            await (arguments.Workload == "stock" ? stock.FillAsync() : stock.CleanAsync());
            return 0;
        }

        var total = arguments.Workload switch
        {
            "W1" => await contestant.PublishAsync(),
            "W2" => await contestant.PublishConfirmedAsync(),
            "W3" => await contestant.ConsumeAsync(),
            "W4" => await contestant.PingPongAsync(),
            "W6" => await contestant.PaceAsync(),
            "W7" => await contestant.PublishOnManyAsync(),
            "C1" => await new CurveContestant(arguments, meter).PublishOnChannelsAsync(),
            "C2" => await new CurveContestant(arguments, meter).ConsumeByManyAsync(),
            "C3" => await new CurveContestant(arguments, meter).ConfirmAsync(),
            "W5" => await contestant.ConnectAsync(),
            _ => throw new ArgumentException($"Unknown workload '{arguments.Workload}'."),
        };
        var result = meter.Result ?? throw new InvalidOperationException("The workload ended before it was measured.");
        Console.WriteLine(JsonSerializer.Serialize(result with { Total = total, PeakKiB = PeakKiB() }));
        return 0;
    }

    private static long PeakKiB()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(6, line.Length - 8), NumberStyles.Integer, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
