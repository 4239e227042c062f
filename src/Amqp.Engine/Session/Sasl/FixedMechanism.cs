using System.Text;

namespace Amqp.Engine.Session;

/// <summary>A mechanism with a single step, whose response does not depend on the broker.</summary>
internal sealed class FixedMechanism(string name, ReadOnlyMemory<byte> response) : SaslMechanism
{
    private readonly FixedExchange _exchange = new(response);

    public FixedMechanism(string name, string response)
        : this(name, Encoding.UTF8.GetBytes(response))
    {
    }

    public override string Name => name;

    public override SaslExchange Begin() => _exchange;

    private sealed class FixedExchange(ReadOnlyMemory<byte> response) : SaslExchange
    {
        public override ReadOnlyMemory<byte> InitialResponse => response;
    }
}
