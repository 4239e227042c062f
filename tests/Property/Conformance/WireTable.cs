namespace Amqp.Property.Conformance;

/// <summary>
/// The methods and properties of AMQP 0-9-1 with RabbitMQ's extensions, as the scenarios name them. A table of its own,
/// apart from the engine's: a mistake that both shared would hide itself.
/// </summary>
/// <remarks>
/// Types: o octet, s short, l long, q long long, $ short string, S long string, T table, t timestamp, b bit. A star
/// marks the methods that are answered.
/// </remarks>
internal static class WireTable
{
    private const string Methods =
        """
        60 10 basic.qos* prefetch-size:l,prefetch-count:s,global:b
        60 11 basic.qos-ok
        60 20 basic.consume* ticket:s,queue:$,consumer-tag:$,no-local:b,no-ack:b,exclusive:b,nowait:b,arguments:T
        60 21 basic.consume-ok consumer-tag:$
        60 30 basic.cancel* consumer-tag:$,nowait:b
        60 31 basic.cancel-ok consumer-tag:$
        60 40 basic.publish ticket:s,exchange:$,routing-key:$,mandatory:b,immediate:b
        60 50 basic.return reply-code:s,reply-text:$,exchange:$,routing-key:$
        60 60 basic.deliver consumer-tag:$,delivery-tag:q,redelivered:b,exchange:$,routing-key:$
        60 70 basic.get* ticket:s,queue:$,no-ack:b
        60 71 basic.get-ok delivery-tag:q,redelivered:b,exchange:$,routing-key:$,message-count:l
        60 72 basic.get-empty cluster-id:$
        60 80 basic.ack delivery-tag:q,multiple:b
        60 90 basic.reject delivery-tag:q,requeue:b
        60 100 basic.recover-async requeue:b
        60 110 basic.recover* requeue:b
        60 111 basic.recover-ok
        60 120 basic.nack delivery-tag:q,multiple:b,requeue:b
        10 10 connection.start* version-major:o,version-minor:o,server-properties:T,mechanisms:S,locales:S
        10 11 connection.start-ok client-properties:T,mechanism:$,response:S,locale:$
        10 20 connection.secure* challenge:S
        10 21 connection.secure-ok response:S
        10 30 connection.tune* channel-max:s,frame-max:l,heartbeat:s
        10 31 connection.tune-ok channel-max:s,frame-max:l,heartbeat:s
        10 40 connection.open* virtual-host:$,capabilities:$,insist:b
        10 41 connection.open-ok known-hosts:$
        10 50 connection.close* reply-code:s,reply-text:$,class-id:s,method-id:s
        10 51 connection.close-ok
        10 60 connection.blocked reason:$
        10 61 connection.unblocked
        10 70 connection.update-secret* new-secret:S,reason:$
        10 71 connection.update-secret-ok
        20 10 channel.open* out-of-band:$
        20 11 channel.open-ok channel-id:S
        20 20 channel.flow* active:b
        20 21 channel.flow-ok active:b
        20 40 channel.close* reply-code:s,reply-text:$,class-id:s,method-id:s
        20 41 channel.close-ok
        30 10 access.request* realm:$,exclusive:b,passive:b,active:b,write:b,read:b
        30 11 access.request-ok ticket:s
        40 10 exchange.declare* ticket:s,exchange:$,type:$,passive:b,durable:b,auto-delete:b,internal:b,nowait:b,\
                arguments:T
        40 11 exchange.declare-ok
        40 20 exchange.delete* ticket:s,exchange:$,if-unused:b,nowait:b
        40 21 exchange.delete-ok
        40 30 exchange.bind* ticket:s,destination:$,source:$,routing-key:$,nowait:b,arguments:T
        40 31 exchange.bind-ok
        40 40 exchange.unbind* ticket:s,destination:$,source:$,routing-key:$,nowait:b,arguments:T
        40 51 exchange.unbind-ok
        50 10 queue.declare* ticket:s,queue:$,passive:b,durable:b,exclusive:b,auto-delete:b,nowait:b,arguments:T
        50 11 queue.declare-ok queue:$,message-count:l,consumer-count:l
        50 20 queue.bind* ticket:s,queue:$,exchange:$,routing-key:$,nowait:b,arguments:T
        50 21 queue.bind-ok
        50 30 queue.purge* ticket:s,queue:$,nowait:b
        50 31 queue.purge-ok message-count:l
        50 40 queue.delete* ticket:s,queue:$,if-unused:b,if-empty:b,nowait:b
        50 41 queue.delete-ok message-count:l
        50 50 queue.unbind* ticket:s,queue:$,exchange:$,routing-key:$,arguments:T
        50 51 queue.unbind-ok
        90 10 tx.select*
        90 11 tx.select-ok
        90 20 tx.commit*
        90 21 tx.commit-ok
        90 30 tx.rollback*
        90 31 tx.rollback-ok
        85 10 confirm.select* nowait:b
        85 11 confirm.select-ok
        """;

    /// <summary>The properties of class basic in the order of their flags, the highest bit first.</summary>
    public static IReadOnlyList<WireField> Properties { get; } = Fields(
        "content-type:$,content-encoding:$,headers:T,delivery-mode:o,priority:o,correlation-id:$,reply-to:$,"
        + "expiration:$,message-id:$,timestamp:t,type:$,user-id:$,app-id:$,cluster-id:$");

    public static IReadOnlyDictionary<string, WireMethod> ByName { get; } =
        Methods.Replace("\\\n", "", StringComparison.Ordinal).Split('\n').Select(Parse)
            .ToDictionary(each => each.Name, StringComparer.Ordinal);

    public static IReadOnlyDictionary<(int Class, int Method), WireMethod> ById { get; } =
        ByName.Values.ToDictionary(each => (each.ClassId, each.MethodId));

    private static WireMethod Parse(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new WireMethod(
            int.Parse(parts[0]),
            int.Parse(parts[1]),
            parts[2].TrimEnd('*'),
            parts[2].EndsWith('*'),
            parts.Length > 3 ? Fields(string.Concat(parts[3..])) : []);
    }

    private static WireField[] Fields(string text) =>
        [.. text.Split(',').Select(each => each.Split(':')).Select(pair => new WireField(pair[0], pair[1][0]))];
}
