using System.Text;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// The content a channel is being sent: basic.publish, its header and as much of its body as came. Reuses what the
/// previous publish left (names, properties), because publishers mostly repeat themselves.
/// </summary>
internal sealed class InboundContent
{
    private byte[] _exchangeOctets = [];
    private byte[] _keyOctets = [];
    private byte[] _headerOctets = [];
    private ulong _received;

    public ContentStage Stage { get; set; }

    /// <summary>The method the content belongs to. Anything but basic.publish is refused once it is complete.</summary>
    public MethodId Method { get; private set; }

    public string Exchange { get; private set; } = "";

    public string RoutingKey { get; private set; } = "";

    public bool IsMandatory { get; private set; }

    public bool IsImmediate { get; private set; }

    /// <summary>The header's properties of the last publish; null when they could not be read.</summary>
    public BasicProperties? Properties { get; set; }

    public byte[] HeaderOctets => _headerOctets;

    public byte[] Body { get; private set; } = [];

    /// <summary>The body size the header announced, in octets.</summary>
    public ulong BodySize { get; private set; }

    /// <summary>True when the body is too long to be kept; its octets are counted only.</summary>
    public bool IsOversized { get; private set; }

    public void BeginPublish(ReadOnlySpan<byte> exchange, ReadOnlySpan<byte> routingKey, bool mandatory, bool immediate)
    {
        Exchange = Name(exchange, ref _exchangeOctets, Exchange);
        RoutingKey = Name(routingKey, ref _keyOctets, RoutingKey);
        IsMandatory = mandatory;
        IsImmediate = immediate;
        Begin(MethodId.BasicPublish);
    }

    /// <summary>Starts content of a method that clients must not send.</summary>
    public void Begin(MethodId method)
    {
        Method = method;
        Stage = ContentStage.Header;
    }

    /// <summary>
    /// Notes the header; true when its octets are those of the last one, so that the properties stand.
    /// </summary>
    public bool BeginBody(ulong size, ReadOnlySpan<byte> headerOctets, long maxSize)
    {
        BodySize = size;
        IsOversized = size > (ulong)maxSize;
        Body = [];
        _received = 0;
        Stage = size == 0 ? ContentStage.None : ContentStage.Body;
        if (Properties is not null && headerOctets.SequenceEqual(_headerOctets))
        {
            return true;
        }

        _headerOctets = headerOctets.ToArray();
        Properties = null;
        return false;
    }

    /// <summary>
    /// Adds a body frame; true when the body is complete. One that is too long never is: RabbitMQ goes on waiting for
    /// body frames.
    /// </summary>
    public bool AddBody(ReadOnlySpan<byte> octets)
    {
        ulong before = _received;
        _received += (ulong)octets.Length;
        if (_received > BodySize)
        {
            Body = [];
            return false;
        }

        if (!IsOversized && octets.Length > 0)
        {
            EnsureRoom((int)before, (int)_received);
            octets.CopyTo(Body.AsSpan((int)before));
        }

        if (_received != BodySize)
        {
            return false;
        }

        Stage = ContentStage.None;
        return true;
    }

    /// <summary>Grows with what really came, up to the size announced: a header alone cannot claim memory.</summary>
    private void EnsureRoom(int used, int needed)
    {
        if (Body.Length >= needed)
        {
            return;
        }

        int size = (int)BodySize;
        int grown = needed == size ? size : Math.Min(size, Math.Max(needed, Math.Max(64 * 1024, Body.Length * 2)));
        byte[] larger = new byte[grown];
        Body.AsSpan(0, used).CopyTo(larger);
        Body = larger;
    }

    private static string Name(ReadOnlySpan<byte> octets, ref byte[] last, string lastText)
    {
        if (octets.SequenceEqual(last))
        {
            return lastText;
        }

        last = octets.ToArray();
        return Encoding.UTF8.GetString(octets);
    }
}
