using System.Globalization;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Model;

/// <summary>What happens to a message's properties where releases keep it as a message container.</summary>
internal static class ContainerRules
{
    /// <summary>The properties as they come out again; the same object when nothing changes.</summary>
    public static BasicProperties Keep(BasicProperties properties)
    {
        if (properties.Expiration is { } text
            && ulong.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ulong number)
            && number.ToString(CultureInfo.InvariantCulture) is var plain && plain != text)
        {
            properties = properties with { Expiration = plain };
        }

        return properties;
    }
}
