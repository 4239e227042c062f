using System.Text;
using Amqp.Engine.Session;

namespace Amqp.Property.Session;

/// <summary>A mechanism of several steps: it answers each challenge with the challenge and its number.</summary>
internal sealed class EchoMechanism(string name = "PLAIN") : SaslMechanism
{
    public override string Name => name;

    public override SaslExchange Begin() => new Exchange();

    private sealed class Exchange : SaslExchange
    {
        private int _step;

        public override ReadOnlyMemory<byte> InitialResponse => Encoding.ASCII.GetBytes("hello");

        public override ReadOnlyMemory<byte>? Respond(ReadOnlySpan<byte> challenge) => challenge.IsEmpty
            ? null
            : Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(challenge)}-{++_step}");
    }
}
