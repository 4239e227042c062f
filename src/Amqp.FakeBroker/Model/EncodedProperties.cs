using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Model;

/// <summary>Encodes properties once for as long as a publisher hands in the same object again and again.</summary>
internal sealed class EncodedProperties
{
    private BasicProperties? _last;
    private byte[] _octets = [];

    public byte[] Octets(BasicProperties properties)
    {
        if (!ReferenceEquals(properties, _last))
        {
            _octets = StoredMessage.Encode(properties);
            _last = properties;
        }

        return _octets;
    }
}
