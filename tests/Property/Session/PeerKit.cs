using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Links;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>What the properties of a session share: random conditions, polite answers and common verdicts.</summary>
internal static class PeerKit
{
    /// <summary>The three states of the handshake.</summary>
    public static readonly ConnectionState[] Handshake =
        [ConnectionState.AwaitingStart, ConnectionState.AwaitingTune, ConnectionState.AwaitingOpenOk];

    /// <summary>The clocks a session may be born to; it must not care.</summary>
    public static MonoTime Origin(Draw draw) =>
        new(draw.Pick(0L, 1L, -TimeSpan.TicksPerDay, TimeSpan.TicksPerHour, 1L << 60));

    /// <summary>A way to cut what is fed into reads.</summary>
    public static Chunking Chunks(Draw draw) => draw.Int(0, 3) switch
    {
        0 => Chunking.Whole,
        1 => Chunking.OneByte,
        2 => Chunking.FixedSize(draw.Int(2, 30)),
        _ => Chunking.RandomPrefix,
    };

    /// <summary>A method of any type, half of the times with its default arguments.</summary>
    public static AmqpMethod AnyMethod(Draw draw)
    {
        Type type = draw.Pick(MethodGens.Types);
        return draw.OneIn(2) ? (AmqpMethod)Activator.CreateInstance(type)! : MethodGens.Make(draw, type);
    }

    /// <summary>What an honest broker answers, or null when the method has no answer.</summary>
    public static AmqpMethod? AnswerTo(AmqpMethod request) => request switch
    {
        ConnectionClose => new ConnectionCloseOk(),
        ConnectionUpdateSecret => new ConnectionUpdateSecretOk(),
        ChannelOpen => new ChannelOpenOk(),
        ChannelClose => new ChannelCloseOk(),
        ExchangeDeclare => new ExchangeDeclareOk(),
        ExchangeDelete => new ExchangeDeleteOk(),
        QueueDeclare declare => new QueueDeclareOk { Queue = declare.Queue },
        QueueBind => new QueueBindOk(),
        QueuePurge => new QueuePurgeOk(),
        QueueDelete => new QueueDeleteOk(),
        BasicQos => new BasicQosOk(),
        BasicConsume consume => new BasicConsumeOk { ConsumerTag = consume.ConsumerTag },
        BasicCancel cancel => new BasicCancelOk { ConsumerTag = cancel.ConsumerTag },
        BasicGet => new BasicGetEmpty(),
        BasicRecover => new BasicRecoverOk(),
        ConfirmSelect => new ConfirmSelectOk(),
        TxSelect => new TxSelectOk(),
        TxCommit => new TxCommitOk(),
        TxRollback => new TxRollbackOk(),
        _ => null,
    };

    /// <summary>One of the calls that <see cref="AnswerTo"/> can answer.</summary>
    public static AmqpMethod AnyCall(Draw draw) => CallNumber(draw.Int(0, CallNumbers - 1));

    /// <summary>How many different calls <see cref="CallNumber"/> knows.</summary>
    public const int CallNumbers = 12;

    /// <summary>A call by its number, modulo their count.</summary>
    public static AmqpMethod CallNumber(int number) => (number % CallNumbers) switch
    {
        0 => new QueueDeclare { Queue = $"q{number}" },
        1 => new QueueDelete { Queue = "q" },
        2 => new QueuePurge { Queue = "q" },
        3 => new QueueBind { Queue = "q", Exchange = "x", RoutingKey = "k" },
        4 => new ExchangeDeclare { Exchange = "x", Type = "direct" },
        5 => new ExchangeDelete { Exchange = "x" },
        6 => new BasicQos { PrefetchCount = 10 },
        7 => new BasicConsume { Queue = "q", ConsumerTag = $"c{number}" },
        8 => new BasicCancel { ConsumerTag = "c" },
        9 => new BasicGet { Queue = "q" },
        10 => new BasicRecover { Requeue = true },
        _ => new ConfirmSelect(),
    };

    /// <summary>The frames of one content, apart.</summary>
    public static List<byte[]> Content(ushort channel, AmqpMethod method, ReadOnlySpan<byte> body, params int[] sizes)
    {
        List<byte[]> frames =
            [ScriptedPeer.MethodFrame(channel, method), ScriptedPeer.HeaderFrame(channel, (ulong)body.Length)];
        foreach (int size in sizes)
        {
            int take = Math.Min(size, body.Length);
            if (body.IsEmpty)
            {
                break; // a body frame behind the last byte would be an unexpected one
            }

            frames.Add(ScriptedPeer.BodyFrame(channel, body[..take]));
            body = body[take..];
        }

        if (!body.IsEmpty)
        {
            frames.Add(ScriptedPeer.BodyFrame(channel, body));
        }

        return frames;
    }

    /// <summary>The peer broke the protocol: one close with the code was queued, one terminal event was told.</summary>
    public static void AssertViolation(ScriptedPeer peer, params ReplyCode[] codes)
    {
        Assert.NotNull(peer.End);
        Assert.Equal(SessionEndKind.ProtocolViolation, peer.End.Kind);
        Assert.Equal(CloseInitiator.Library, peer.End.Initiator);
        Assert.Contains(peer.End.Code, codes);
        PeerFrame last = peer.Frames[^1];
        var close = Assert.IsType<ConnectionClose>(last.Method);
        Assert.Equal(0, last.Channel);
        Assert.Equal((ushort)peer.End.Code, close.ReplyCode);
        AssertOver(peer);
    }

    /// <summary>The session is over: one terminal event, the last one, and nothing armed.</summary>
    public static void AssertOver(ScriptedPeer peer)
    {
        Assert.Equal(ConnectionState.Closed, peer.Session.State);
        Assert.True(peer.Session.WantsClose);
        Assert.Equal(Deadline.None, peer.Session.NextDeadline);
        Assert.Single(peer.Events, e => e.Kind == EventKind.SessionClosed);
        Assert.Equal(EventKind.SessionClosed, peer.Events[^1].Kind);
    }

    /// <summary>Smaller lists: halves first, then single items left out.</summary>
    public static IEnumerable<T[]> Shorter<T>(T[] items)
    {
        for (int size = items.Length / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= items.Length; start += size)
            {
                yield return [.. items[..start], .. items[(start + size)..]];
            }
        }
    }
}
