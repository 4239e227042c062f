using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>Decodes with the engine what must be valid.</summary>
internal static class Decode
{
    /// <summary>A method payload.</summary>
    public static AmqpMethod Method(byte[] payload)
    {
        bool read = AmqpMethod.TryRead(payload, AmqpLimits.Default, out AmqpMethod? method, out WireError error);
        Assert.True(read, error.Text);
        Assert.Equal(default, error);
        return method!;
    }

    /// <summary>A content header payload of class basic.</summary>
    public static (BasicProperties Properties, ulong BodySize) Header(byte[] payload)
    {
        bool read = ContentHeader.TryRead(
            payload, out ushort classId, out ulong size, out var flags, out WireError error);
        Assert.True(read, error.Text);
        Assert.Equal(60, classId);
        read = BasicProperties.TryRead(flags, AmqpLimits.Default, out BasicProperties? properties, out error);
        Assert.True(read, error.Text);
        return (properties!, size);
    }

    /// <summary>A table's entries.</summary>
    public static FieldTable Table(byte[] body)
    {
        bool read = FieldTable.TryRead(body, AmqpLimits.Default, out FieldTable? table, out WireError error);
        Assert.True(read, error.Text);
        return table!;
    }
}
