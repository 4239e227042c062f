using Amqp.Property.Conformance;

namespace Amqp.Integration.Conformance;

/// <summary>Asks a broker for its version, which connection.start tells everybody.</summary>
internal static class ServerVersion
{
    public static string Read(IConformanceTarget target)
    {
        var connection = new ConformanceConnection("version", target.Connect());
        connection.Write([.. "AMQP\0\0\t\u0001"u8]);
        for (var end = target.Now + TimeSpan.FromSeconds(5); connection.Events.Count == 0 && target.Now < end;)
        {
            target.Wait([connection.Stream], TimeSpan.FromMilliseconds(100));
            connection.Pump();
        }

        connection.CloseSocket();
        return (string)connection.Events[0].Event["args"]!["server-properties"]!["version"]![1]!;
    }
}
