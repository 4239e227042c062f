using Amqp.Engine.Spec;
using FsCheck;

namespace Amqp.Property.Generators;

/// <summary>Basic properties: any subset of the fourteen.</summary>
public static class PropertiesGens
{
    /// <summary>Any properties.</summary>
    public static Gen<BasicProperties> Any { get; } = Gens.From(Make);

    /// <summary>Properties; all, none, and each of the 2^14 subsets.</summary>
    public static BasicProperties Make(Draw draw)
    {
        ulong present = draw.Pick(0UL, ulong.MaxValue, draw.Bits(), draw.Bits(), draw.Bits());
        bool Has(int bit) => (present >> bit & 1) == 1;
        return new BasicProperties
        {
            ContentType = Has(0) ? draw.Text() : null,
            ContentEncoding = Has(1) ? draw.Text() : null,
            Headers = Has(2) ? FieldGens.MakeTable(draw) : null,
            DeliveryMode = Has(3) ? (byte)draw.Number() : null,
            Priority = Has(4) ? (byte)draw.Number() : null,
            CorrelationId = Has(5) ? draw.Text() : null,
            ReplyTo = Has(6) ? draw.Text() : null,
            Expiration = Has(7) ? draw.Text() : null,
            MessageId = Has(8) ? draw.Text() : null,
            Timestamp = Has(9) ? draw.Number() : null,
            Type = Has(10) ? draw.Text() : null,
            UserId = Has(11) ? draw.Text() : null,
            AppId = Has(12) ? draw.Text() : null,
            ClusterId = Has(13) ? draw.Text() : null,
        };
    }

    /// <summary>Smaller properties: without one of them, or with smaller headers.</summary>
    public static IEnumerable<BasicProperties> Shrink(BasicProperties value)
    {
        foreach (BasicProperties smaller in MethodGens.WithDefaults(value))
        {
            yield return smaller;
        }

        foreach (var headers in value.Headers is null ? [] : FieldGens.Shrink(value.Headers))
        {
            yield return value with { Headers = headers };
        }
    }
}
