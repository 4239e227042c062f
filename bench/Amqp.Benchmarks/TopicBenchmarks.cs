using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>Routing by a topic exchange of the fake broker with many bindings, of which a handful match.</summary>
[MinColumn]
public class TopicBenchmarks
{
    private readonly byte[] _body = new byte[16];
    private BrokerCore _core = null!;

    /// <summary>How many bindings the exchange has.</summary>
    [Params(100, 1000, 10_000)]
    public int Bindings { get; set; }

    /// <summary>
    /// Patterns of a million words, a tenth of them with a star or a hash; the queue keeps no message.
    /// </summary>
    [GlobalSetup]
    public void Setup()
    {
        _core = new BrokerCore();
        for (var i = 0; i < 16; i++)
        {
            _core.DeclareQueue("/", $"q{i}", arguments: FieldTable.Create(("x-max-length", 0)));
        }

        for (var i = 0; i < Bindings; i++)
        {
            var key = (i % 10) switch
            {
                0 => $"region{i}.*.order",
                1 => $"region{i}.#",
                _ => $"region{i % 100}.shop{i}.order",
            };
            _core.Bind(new BindingInfo("/", "amq.topic", $"q{i % 16}", true, key, FieldTable.Empty));
        }
    }

    /// <summary>One publish to three words, two of them bound literally, one by a star, one by a hash.</summary>
    [Benchmark]
    public bool Route() => _core.Publish("/", "amq.topic", "region11.shop11.order", BasicProperties.Empty, _body);
}
