using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>D1 and D3: numbers of channels, and how far the end of one reaches (AMQP 0-9-1 section 2.2.5).</summary>
public class ChannelLifeProperties
{
    private enum Act
    {
        Open,
        CloseByUs,
        AnswerClose,
        CloseByPeer,
        LateFrames,
        Deliver,
    }

    [Fact]
    public void D1_A_number_is_reused_only_after_its_close_and_late_frames_reach_nobody()
    {
        var seen = new Distribution("full", "reused", "late frames");
        Props.ForAll(
            "D1",
            Gens.From(draw => (
                ChannelMax: (ushort)draw.Int(1, 4),
                Acts: draw.List(draw.Int(1, 40), () =>
                    (Act: draw.Pick(Enum.GetValues<Act>()), Which: draw.Int(0, 9))))),
            c =>
            {
                seen.Case();
                var life = new Numbers(c.ChannelMax);
                foreach ((Act act, int which) in c.Acts)
                {
                    life.Play(act, which);
                }

                seen.Saw("full", life.WasFull);
                seen.Saw("reused", life.WasReused);
                seen.Saw("late frames", life.SawLateFrames);
            },
            c => PeerKit.Shorter(c.Acts).Select(acts => c with { Acts = acts }));
        seen.Require("D1", 10);
    }

    [Fact]
    public void D3_A_channel_exception_closes_only_its_channel() => Props.ForAll(
        "D3",
        Gens.From(draw => (
            Calls: draw.List(draw.Int(2, 5), () => draw.List(draw.Int(0, 3), () => PeerKit.AnyCall(draw))),
            Victim: draw.Int(0, 4),
            Code: (ReplyCode)draw.Pick(403, 404, 405, 406, 311, 313, draw.Int(1, 65535)),
            Chunking: PeerKit.Chunks(draw))),
        c =>
        {
            var peer = new ScriptedPeer { Chunking = c.Chunking };
            peer.Handshake();
            ushort[] channels = [.. c.Calls.Select(_ => peer.OpenChannel())];
            RequestId[][] ids = [.. c.Calls
                .Select((calls, i) => calls.Select(call => peer.Call(channels[i], call)).ToArray())];
            int victim = c.Victim % channels.Length;
            int before = peer.Events.Count;
            peer.Feed(channels[victim], new ChannelClose
            {
                ReplyCode = (ushort)c.Code,
                ReplyText = "no such thing",
                ClassId = 50,
                MethodId = 10,
            });
            EventRecord[] news = [.. peer.Events.Skip(before)];
            Assert.All(news, e => Assert.Equal(channels[victim], e.Channel));
            Assert.Equal(ids[victim], news.Where(e => e.Kind == EventKind.CallFailed).Select(e => e.Request));
            EventRecord closed = Assert.Single(news, e => e.Kind == EventKind.ChannelClosed);
            Assert.Equal(SessionEndKind.ChannelError, closed.Reason!.Kind);
            Assert.Equal(c.Code, closed.Reason.Code);
            Assert.Equal(MethodId.QueueDeclare, closed.Reason.Method);
            Assert.IsType<ChannelClose>(closed.Method);
            Assert.IsType<ChannelCloseOk>(peer.MethodsOn(channels[victim])[^1]);
            Assert.Equal(CommandResult.ChannelNotOpen, peer.Session.Ack(channels[victim], 1, false));

            // The others go on as if nothing had been.
            for (int i = 0; i < channels.Length; i++)
            {
                foreach (AmqpMethod call in i == victim ? [] : c.Calls[i])
                {
                    peer.Feed(channels[i], PeerKit.AnswerTo(call)!);
                }
            }

            Assert.Equal(
                ids.Where((_, i) => i != victim).SelectMany(list => list),
                peer.Events.Skip(before + news.Length).Where(e => e.Kind == EventKind.CallCompleted)
                    .Select(e => e.Request));
            Assert.Equal(ConnectionState.Open, peer.Session.State);
        });

    /// <summary>A model of which number belongs to whom. Consumer tags carry the owner's ordinal.</summary>
    private sealed class Numbers(ushort channelMax)
    {
        private readonly ScriptedPeer _peer = new ScriptedPeer().Handshake(
            new ConnectionTune { ChannelMax = channelMax, FrameMax = 131072, Heartbeat = 60 });
        private readonly SortedDictionary<ushort, int> _open = [];
        private readonly SortedDictionary<ushort, int> _closing = [];
        private readonly SortedSet<ushort> _used = [];
        private int _owners;

        public bool WasFull { get; private set; }

        public bool WasReused { get; private set; }

        public bool SawLateFrames { get; private set; }

        public void Play(Act act, int which)
        {
            int events = _peer.Events.Count;
            switch (act)
            {
                case Act.Open:
                    Open();
                    break;
                case Act.CloseByUs when Pick(_open, which) is { } channel:
                    Assert.Equal(CommandResult.Ok,
                        _peer.Session.CloseChannel(channel, ReplyCode.Success, "bye", out _));
                    _peer.Drain();
                    _closing[channel] = _open[channel];
                    _open.Remove(channel);
                    break;
                case Act.AnswerClose when Pick(_closing, which) is { } channel:
                    _peer.Feed(channel, new ChannelCloseOk());
                    _closing.Remove(channel);
                    break;
                case Act.CloseByPeer when Pick(_open, which) is { } channel:
                    _peer.Feed(channel, new ChannelClose { ReplyCode = 404, ReplyText = "gone" });
                    _open.Remove(channel);
                    break;
                case Act.LateFrames when Pick(_closing, which) is { } channel:
                    SawLateFrames = true;
                    Deliver(channel, _closing[channel]);
                    Assert.Equal(events, _peer.Events.Count);
                    break;
                case Act.Deliver when Pick(_open, which) is { } channel:
                    Deliver(channel, _open[channel]);
                    EventRecord last = _peer.Events[^1];
                    Assert.Equal((EventKind.Delivery, $"owner {_open[channel]}"), (last.Kind, last.ConsumerTag));
                    break;
            }

            Assert.Equal(ConnectionState.Open, _peer.Session.State);
            Assert.Equal(_open.Count + _closing.Count, _peer.Session.Describe().OpenChannels);
        }

        private void Open()
        {
            CommandResult result = _peer.Session.OpenChannel(out ushort channel, out _);
            if (_open.Count + _closing.Count == channelMax)
            {
                WasFull = true;
                Assert.Equal(CommandResult.NoFreeChannel, result);
                return;
            }

            Assert.Equal(CommandResult.Ok, result);
            Assert.InRange(channel, (ushort)1, channelMax);
            Assert.False(_open.ContainsKey(channel) || _closing.ContainsKey(channel), $"channel {channel} is taken");
            _peer.Drain().Feed(channel, new ChannelOpenOk());
            _open[channel] = ++_owners;
            WasReused |= !_used.Add(channel);
        }

        private void Deliver(ushort channel, int owner)
        {
            foreach (byte[] frame in PeerKit.Content(
                channel, new BasicDeliver { ConsumerTag = $"owner {owner}", DeliveryTag = 1 }, []))
            {
                _peer.Feed(frame);
            }
        }

        private static ushort? Pick(SortedDictionary<ushort, int> among, int which) =>
            among.Count == 0 ? null : among.Keys.ElementAt(which % among.Count);
    }
}
