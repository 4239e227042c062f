using System.Globalization;
using Amqp.Simulation.Scenarios;
using Amqp.Worlds;

// usage: Amqp.Worlds [small|random|shrink|idle|busy|code] [seconds]
string only = args.Length > 0 ? args[0] : "";
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10;
(string Name, Func<Task> Measure)[] all =
[
    ("small", () => Measures.Rate("small worlds", SmallWorlds.Make, seconds)),
    ("random", () => Measures.Rate(
        "random worlds",
        static index => ScenarioGenerator.Generate((ulong)index + 1, GeneratorOptions.Sweep),
        seconds)),
    ("shrink", Measures.Shrink),
    ("idle", Measures.Idle),
    ("busy", CodeMeasures.Busy),
    ("code", CodeMeasures.Rate),
];
foreach ((string name, Func<Task> measure) in all)
{
    if (only.Length == 0 || only == name)
    {
        await measure();
    }
}
