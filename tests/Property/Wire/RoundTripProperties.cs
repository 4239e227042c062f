using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A3: what is encoded decodes to the same, and canonical bytes re-encode to themselves.</summary>
public sealed class RoundTripProperties
{
    /// <summary>Every method record with any arguments.</summary>
    [Fact]
    public void A3_Methods_decode_to_what_was_encoded()
    {
        Distribution seen = new([.. MethodGens.Types.Select(t => t.Name)]);
        Props.ForAll("A3.methods", MethodGens.Any, method =>
        {
            byte[] payload = EngineTree.Encode(method);
            AmqpMethod read = Decode.Method(payload);
            Assert.Equal(method, read);
            Assert.Equal(method.GetHashCode(), read.GetHashCode());
            Assert.Equal(Convert.ToHexString(payload), Convert.ToHexString(EngineTree.Encode(read)));
            seen.Case();
            seen.Saw(method.GetType().Name);
        }, MethodGens.Shrink, cases: 3000);
        seen.Require("A3.methods", 0);
    }

    /// <summary>Any subset of the fourteen properties.</summary>
    [Fact]
    public void A3_Properties_decode_to_what_was_encoded()
    {
        Distribution seen = new("all fourteen", "none", "headers");
        Props.ForAll("A3.properties", PropertiesGens.Any, properties =>
        {
            byte[] payload = EngineTree.Encode(properties, 7);
            (BasicProperties read, ulong size) = Decode.Header(payload);
            Assert.Equal(7UL, size);
            Assert.Equal(properties, read);
            Assert.Equal(Convert.ToHexString(payload), Convert.ToHexString(EngineTree.Encode(read, 7)));
            seen.Case();
            int present = EngineTree.Of(properties).Count;
            seen.Saw("all fourteen", present == 14);
            seen.Saw("none", present == 0);
            seen.Saw("headers", properties.Headers is not null);
        }, PropertiesGens.Shrink);
        seen.Require("A3.properties", 5);
    }

    /// <summary>Every field type, nested, with duplicate keys and corner values.</summary>
    [Fact]
    public void A3_Tables_decode_to_what_was_encoded()
    {
        Distribution seen = new([.. FieldGens.Types.Select(t => t.ToString())]);
        Props.ForAll("A3.tables", FieldGens.Table, table =>
        {
            byte[] body = EngineTree.Encode(table);
            Assert.Equal(table.EncodedLength, body.Length);
            FieldTable read = Decode.Table(body);
            Assert.Equal(table, read);
            Assert.Equal(table.GetHashCode(), read.GetHashCode());
            Assert.Equal(Convert.ToHexString(body), Convert.ToHexString(EngineTree.Encode(read)));
            seen.Case();
            foreach (FieldType type in table.Select(e => e.Value.Type).Distinct())
            {
                seen.Saw(type.ToString());
            }
        }, FieldGens.Shrink, cases: 2000);
        seen.Require("A3.tables", 2);
    }

    /// <summary>Bytes that the reference encoder wrote, decoded and encoded by the engine.</summary>
    [Fact]
    public void A3_Canonical_bytes_are_encoded_again_as_they_were()
    {
        Props.ForAll("A3.canonical-methods", Gens.From(draw => RefEncoder.Method(RefGens.Method(draw))), payload =>
        {
            AmqpMethod read = Decode.Method(payload);
            Assert.Equal(Convert.ToHexString(payload), Convert.ToHexString(EngineTree.Encode(read)));
        });
        Props.ForAll("A3.canonical-headers", Gens.From(draw => RefEncoder.Header(RefGens.Header(draw))), payload =>
        {
            (BasicProperties read, ulong size) = Decode.Header(payload);
            Assert.Equal(Convert.ToHexString(payload), Convert.ToHexString(EngineTree.Encode(read, size)));
        });
    }

    /// <summary>The writers without records write what the records do.</summary>
    [Fact]
    public void A3_Hot_writers_write_what_the_records_write() =>
        Props.ForAll("A3.hot", Gens.From(d => (A: d.Text(), B: d.Text(), Tag: d.Number(), Bits: d.Int(0, 3))), c =>
        {
            (bool one, bool two) = ((c.Bits & 1) != 0, (c.Bits & 2) != 0);
            Same(
                new BasicPublish { Exchange = c.A, RoutingKey = c.B, Mandatory = one, Immediate = two },
                (ref WireWriter w) => HotMethods.WritePublish(ref w, c.A, c.B, one, two));
            Same(
                new BasicDeliver
                {
                    ConsumerTag = "tag",
                    DeliveryTag = c.Tag,
                    Redelivered = one,
                    Exchange = c.A,
                    RoutingKey = c.B,
                },
                (ref WireWriter w) => HotMethods.WriteDeliver(ref w, "tag", c.Tag, one, c.A, c.B));
            Same(
                new BasicAck { DeliveryTag = c.Tag, Multiple = one },
                (ref WireWriter w) => HotMethods.WriteAck(ref w, c.Tag, one));
            Same(
                new BasicNack { DeliveryTag = c.Tag, Multiple = one, Requeue = two },
                (ref WireWriter w) => HotMethods.WriteNack(ref w, c.Tag, one, two));
            Same(
                new BasicReject { DeliveryTag = c.Tag, Requeue = one },
                (ref WireWriter w) => HotMethods.WriteReject(ref w, c.Tag, one));
        });

    private delegate void Write(ref WireWriter writer);

    private static void Same(AmqpMethod record, Write write)
    {
        var octets = new byte[record.PayloadLength];
        var writer = new WireWriter(octets);
        write(ref writer);
        Assert.Equal(octets.Length, writer.Written);
        Assert.Equal(Convert.ToHexString(EngineTree.Encode(record)), Convert.ToHexString(octets));
    }
}
