using Amqp.GoldenCapture;

// Records short sessions with a real RabbitMQ as text files for tests/Property/Goldens.
//
//   dotnet run --project tools/GoldenCapture -- 127.0.0.1:5672 tests/Property/Goldens [scenario…]
//
// The broker must let guest/guest in and be otherwise unused; every queue and exchange made is exclusive or deleted.
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: GoldenCapture HOST:PORT FOLDER [SCENARIO…]");
    return 2;
}

string[] address = args[0].Split(':');
Directory.CreateDirectory(args[1]);
string[] names = args[2..];
var chosen = names.Length == 0
    ? Scenarios.All
    : Scenarios.All.Concat(Scenarios.OnRequest).Where(scenario => names.Contains(scenario.Name));
foreach ((string name, Action<Peer> play) in chosen)
{
    using var peer = new Peer(address[0], int.Parse(address[1]));
    play(peer);
    string path = Path.Combine(args[1], name + ".golden");
    File.WriteAllText(path, GoldenText.Of(name, peer));
    Console.WriteLine($"{path}: {peer.Records.Count} records");
}

return 0;
