namespace Amqp.Property.ReferenceCodec;

/// <summary>AMQP 0-9-1 with RabbitMQ's extensions as a listing typed from the specification.</summary>
/// <remarks>
/// The engine's tables are generated from another text. This one is kept apart on purpose: a slip in one of them
/// shows as a disagreement instead of hiding on both sides. One line is one method: class.method, its number, its
/// arguments in wire order; a line that starts with | goes on with the one above.
/// </remarks>
public static class RefSpec
{
    private const string Listing = """
        connection=10
        connection.start 10 version-major:octet version-minor:octet server-properties:table mechanisms:longstr
        | locales:longstr
        connection.start-ok 11 client-properties:table mechanism:shortstr response:longstr locale:shortstr
        connection.secure 20 challenge:longstr
        connection.secure-ok 21 response:longstr
        connection.tune 30 channel-max:short frame-max:long heartbeat:short
        connection.tune-ok 31 channel-max:short frame-max:long heartbeat:short
        connection.open 40 virtual-host:shortstr capabilities:shortstr insist:bit
        connection.open-ok 41 known-hosts:shortstr
        connection.close 50 reply-code:short reply-text:shortstr class-id:short method-id:short
        connection.close-ok 51
        connection.blocked 60 reason:shortstr
        connection.unblocked 61
        connection.update-secret 70 new-secret:longstr reason:shortstr
        connection.update-secret-ok 71
        channel=20
        channel.open 10 out-of-band:shortstr
        channel.open-ok 11 channel-id:longstr
        channel.flow 20 active:bit
        channel.flow-ok 21 active:bit
        channel.close 40 reply-code:short reply-text:shortstr class-id:short method-id:short
        channel.close-ok 41
        access=30
        access.request 10 realm:shortstr exclusive:bit passive:bit active:bit write:bit read:bit
        access.request-ok 11 ticket:short
        exchange=40
        exchange.declare 10 ticket:short exchange:shortstr type:shortstr passive:bit durable:bit auto-delete:bit
        | internal:bit nowait:bit arguments:table
        exchange.declare-ok 11
        exchange.delete 20 ticket:short exchange:shortstr if-unused:bit nowait:bit
        exchange.delete-ok 21
        exchange.bind 30 ticket:short destination:shortstr source:shortstr routing-key:shortstr nowait:bit
        | arguments:table
        exchange.bind-ok 31
        exchange.unbind 40 ticket:short destination:shortstr source:shortstr routing-key:shortstr nowait:bit
        | arguments:table
        exchange.unbind-ok 51
        queue=50
        queue.declare 10 ticket:short queue:shortstr passive:bit durable:bit exclusive:bit auto-delete:bit
        | nowait:bit arguments:table
        queue.declare-ok 11 queue:shortstr message-count:long consumer-count:long
        queue.bind 20 ticket:short queue:shortstr exchange:shortstr routing-key:shortstr nowait:bit arguments:table
        queue.bind-ok 21
        queue.unbind 50 ticket:short queue:shortstr exchange:shortstr routing-key:shortstr arguments:table
        queue.unbind-ok 51
        queue.purge 30 ticket:short queue:shortstr nowait:bit
        queue.purge-ok 31 message-count:long
        queue.delete 40 ticket:short queue:shortstr if-unused:bit if-empty:bit nowait:bit
        queue.delete-ok 41 message-count:long
        basic=60
        basic.qos 10 prefetch-size:long prefetch-count:short global:bit
        basic.qos-ok 11
        basic.consume 20 ticket:short queue:shortstr consumer-tag:shortstr no-local:bit no-ack:bit exclusive:bit
        | nowait:bit arguments:table
        basic.consume-ok 21 consumer-tag:shortstr
        basic.cancel 30 consumer-tag:shortstr nowait:bit
        basic.cancel-ok 31 consumer-tag:shortstr
        basic.publish 40 ticket:short exchange:shortstr routing-key:shortstr mandatory:bit immediate:bit
        basic.return 50 reply-code:short reply-text:shortstr exchange:shortstr routing-key:shortstr
        basic.deliver 60 consumer-tag:shortstr delivery-tag:longlong redelivered:bit exchange:shortstr
        | routing-key:shortstr
        basic.get 70 ticket:short queue:shortstr no-ack:bit
        basic.get-ok 71 delivery-tag:longlong redelivered:bit exchange:shortstr routing-key:shortstr
        | message-count:long
        basic.get-empty 72 cluster-id:shortstr
        basic.ack 80 delivery-tag:longlong multiple:bit
        basic.reject 90 delivery-tag:longlong requeue:bit
        basic.recover-async 100 requeue:bit
        basic.recover 110 requeue:bit
        basic.recover-ok 111
        basic.nack 120 delivery-tag:longlong multiple:bit requeue:bit
        tx=90
        tx.select 10
        tx.select-ok 11
        tx.commit 20
        tx.commit-ok 21
        tx.rollback 30
        tx.rollback-ok 31
        confirm=85
        confirm.select 10 nowait:bit
        confirm.select-ok 11
        """;

    /// <summary>The basic class's properties, the first one at flag bit 15.</summary>
    public static IReadOnlyList<RefField> Properties { get; } = Fields(
        "content-type:shortstr content-encoding:shortstr headers:table delivery-mode:octet priority:octet "
        + "correlation-id:shortstr reply-to:shortstr expiration:shortstr message-id:shortstr timestamp:longlong "
        + "type:shortstr user-id:shortstr app-id:shortstr cluster-id:shortstr");

    /// <summary>Every method, in the listing's order.</summary>
    public static IReadOnlyList<RefMethodSpec> Methods { get; } = Parse();

    /// <summary>The method with these ids, or null.</summary>
    public static RefMethodSpec? Find(int classId, int methodId) =>
        Methods.FirstOrDefault(m => m.ClassId == classId && m.MethodId == methodId);

    /// <summary>The method of this name.</summary>
    public static RefMethodSpec Named(string name) => Methods.Single(m => m.Name == name);

    private static List<RefMethodSpec> Parse()
    {
        var methods = new List<RefMethodSpec>();
        var classId = 0;
        string joined = Listing.Replace("\r", "").Replace("\n|", "");
        foreach (string line in joined.Split('\n'))
        {
            if (line.Contains('='))
            {
                classId = int.Parse(line.Split('=')[1]);
                continue;
            }

            string[] words = line.Split(' ', 3);
            List<RefField> fields = Fields(words.Length > 2 ? words[2] : "");
            methods.Add(new RefMethodSpec(words[0], classId, int.Parse(words[1]), fields));
        }

        return methods;
    }

    private static List<RefField> Fields(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(f => f.Split(':'))
            .Select(f => new RefField(f[0], f[1])),
    ];
}
