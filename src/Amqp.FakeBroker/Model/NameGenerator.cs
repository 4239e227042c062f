using System.Buffers.Binary;
using System.Buffers.Text;
using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>Invents names of RabbitMQ's form: a prefix and 22 base64url characters, from the broker's seed.</summary>
internal sealed class NameGenerator(ulong seed)
{
    private Prng _random = new(Prng.DeriveSeed(seed, "names"));

    public string Next(string prefix)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, _random.NextUInt64());
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], _random.NextUInt64());
        return prefix + Base64Url.EncodeToString(octets);
    }
}
