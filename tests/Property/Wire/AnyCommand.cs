using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;

namespace Amqp.Property.Wire;

/// <summary>Anything a caller may do with a session, sensible or not.</summary>
internal static class AnyCommand
{
    /// <summary>A conversation of any commands, and of a server that answers some of them.</summary>
    public static Step[] Steps(Draw draw)
    {
        var steps = new List<Step>();
        if (draw.OneIn(8))
        {
            steps.Add(new Step(draw.List(draw.Int(0, 3), () => Make(draw)), []));
        }

        steps.Add(new Step([], Server.Handshake(frameMax: draw.Pick(0UL, 4096UL, 8192UL))));
        steps.Add(new Step(
            [.. Enumerable.Range(1, 3).Select(n => Step.Command($"open {n}", s => s.OpenChannel(out _, out _)))],
            [.. Enumerable.Range(1, 3).SelectMany(n => Server.Method(n, "channel.open-ok"))]));
        int turns = draw.Int(1, 4);
        for (var i = 0; i < turns; i++)
        {
            byte[] server = draw.Int(0, 3) switch
            {
                0 => RefGens.Frames(draw),
                1 => Server.Method(draw.Int(1, 3), "channel.close", ("reply-code", 404UL)),
                2 => Server.Method(0, "connection.close", ("reply-code", 320UL)),
                _ => [],
            };
            steps.Add(new Step(draw.List(draw.Int(0, 8), () => Make(draw)), server));
        }

        return [.. steps];
    }

    private static (string Name, Func<AmqpSession, string> Run) Make(Draw draw)
    {
        (string name, Func<AmqpSession, string> run) = Bare(draw);
        return (name, session =>
        {
            try
            {
                return run(session);
            }
            catch (ArgumentException)
            {
                return "ArgumentException"; // documented: a short string is longer than 255 bytes
            }
        }
        );
    }

    private static (string Name, Func<AmqpSession, string> Run) Bare(Draw draw)
    {
        ushort channel = draw.Pick<ushort>(0, 1, 1, 2, 3, 3, 4, 65535);
        ulong tag = draw.Number();
        bool flag = draw.OneIn(2);
        AmqpMethod method = MethodGens.Make(draw);
        string text = draw.Text(draw.OneIn(20) ? 300 : 255);
        var code = (ReplyCode)(ushort)draw.Number();
        switch (draw.Int(0, 12))
        {
            case 0:
                return Step.Command("open", s => s.OpenChannel(out _, out _));
            case 1:
                return Step.Command(
                    $"close {channel} {code} '{text}'",
                    s => s.CloseChannel(channel, code, text, out _));
            case 2:
                return Step.Command($"ack {channel} {tag} {flag}", s => s.Ack(channel, tag, flag));
            case 3:
                return Step.Command($"nack {channel} {tag} {flag}", s => s.Nack(channel, tag, flag, !flag));
            case 4:
                return Step.Command($"reject {channel} {tag}", s => s.Reject(channel, tag, flag));
            case 5 when draw.OneIn(4):
                return Step.Command($"close {code} '{text}'", s => s.Close(code, text, MonoTime.Zero));
            case < 8:
                return Step.Command($"call {channel} {method}", s => s.Call(channel, method, out _));
            case < 10:
                return Step.Command($"send {channel} {method}", s => s.Send(channel, method));
            default:
                return Publish(draw, channel, text, flag);
        }
    }

    private static (string Name, Func<AmqpSession, string> Run) Publish(
        Draw draw, ushort channel, string text, bool flag)
    {
        BasicProperties properties = PropertiesGens.Make(draw);
        properties = draw.Int(0, 19) switch
        {
            0 => properties with { AppId = new string('x', 256) },
            < 4 => properties with { Headers = FieldTable.Create(("large", new string('x', draw.Pick(3000, 8192)))) },
            _ => properties,
        };
        byte[] body = BodyGens.Body(draw.Pick(0, 1, 4087, 4088, 4089, 25_000));
        var pieces = Layouts.Sequence(body, body.Length / 2);
        return Step.Command(
            $"publish {channel} '{text}' {flag} {properties} {body.Length}",
            s => flag
                ? s.Publish(channel, text, "k", flag, properties, in pieces, out _)
                : s.Publish(channel, "", text, flag, properties, body.AsSpan(), out _));
    }
}
