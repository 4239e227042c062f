using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Property.Generators;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;
using Xunit;

namespace Amqp.Property.World;

/// <summary>The simulated link is a byte stream: in order, complete up to a cut, and nothing beyond it.</summary>
public class LinkProperties
{
    [Fact]
    public void W4_Bytes_arrive_in_order_and_complete_under_any_chunking() => Props.ForAll(
        "W4.order",
        Gens.From(draw => (
            Writes: draw.List(draw.Int(0, 12), () => draw.Bytes(draw.Int(0, 50))),
            Options: Options(draw),
            Seed: draw.Bits())),
        c =>
        {
            var run = new Run(c.Options, [], c.Seed);
            run.Write(c.Writes);
            Assert.Equal(c.Writes.SelectMany(w => w), run.Received);
            Assert.Equal(LinkEnd.Fin, run.End);
            Assert.True(run.Link.IsQuiet);
        });

    [Fact]
    public void W4_A_cut_lets_exactly_its_bytes_through()
    {
        var seen = new Distribution("inside", "beyond", "at zero");
        Props.ForAll(
            "W4.cut",
            Gens.From(draw => (
                Writes: draw.List(draw.Int(1, 12), () => draw.Bytes(draw.Int(1, 50))),
                Options: Options(draw),
                Offset: draw.Pick(0, draw.Int(0, 400)),
                Kind: (CutKind)draw.Int(0, 3),
                Seed: draw.Bits())),
            c =>
            {
                byte[] all = [.. c.Writes.SelectMany(w => w)];
                var run = new Run(c.Options, [new CutAtByte(LinkDirection.ToBroker, c.Offset, c.Kind)], c.Seed);
                run.Write(c.Writes);
                bool happened = c.Offset <= all.Length;
                seen.Case();
                seen.Saw(c.Offset == 0 ? "at zero" : happened ? "inside" : "beyond");
                Assert.Equal(all.Take(c.Offset), run.Received);
                Assert.Equal(
                    !happened || c.Kind == CutKind.Fin ? LinkEnd.Fin : c.Kind == CutKind.Reset ? LinkEnd.Reset
                        : LinkEnd.None,
                    run.End);
                Assert.True(run.Link.IsQuiet);
            });
        seen.Require("W4.cut", 5);
    }

    [Fact]
    public void W4_The_queue_is_ordered_by_time_and_then_by_arrival() => Props.ForAll(
        "W4.queue",
        Gens.From(draw => draw.List(draw.Int(0, 60), () => draw.Int(0, 8))),
        times =>
        {
            var queue = new EventQueue<int>();
            for (int i = 0; i < times.Length; i++)
            {
                queue.Add(new MonoTime(times[i]), i);
            }

            foreach (int expected in Enumerable.Range(0, times.Length).OrderBy(i => times[i]))
            {
                Assert.Equal(new MonoTime(times[expected]), queue.NextAt);
                Assert.True(queue.TryTake(out MonoTime at, out int item));
                Assert.Equal((times[expected], expected), ((int)at.Ticks, item));
            }

            Assert.Equal(MonoTime.Never, queue.NextAt);
        });

    [Fact]
    public void W4_No_more_than_a_window_is_under_way_and_all_of_it_arrives() => Props.ForAll(
        "W4.window",
        Gens.From(draw => (
            Bytes: draw.Bytes(draw.Int(1, 500)), Window: draw.Int(1, 100), Short: draw.OneIn(2), Seed: draw.Bits())),
        c =>
        {
            var queue = new EventQueue<LinkSignal>();
            var options = new LinkOptions { ReceiveWindow = c.Window, ShortWrites = c.Short };
            var link = new SimLink(options, new RandomStreams(c.Seed), queue.Add);
            List<byte> received = [];
            ReadOnlyMemory<byte> rest = c.Bytes;
            MonoTime now = MonoTime.Zero;
            while (!rest.IsEmpty)
            {
                int before = received.Count;
                rest = rest[link.Send(LinkDirection.ToBroker, rest, now)..];
                long underWay = link.Sent(LinkDirection.ToBroker) - received.Count;
                Assert.True(underWay <= c.Window, $"{underWay} bytes are under way");
                Assert.True(rest.IsEmpty || underWay == c.Window, "a writer waits though there is room");
                while (queue.TryTake(out MonoTime at, out LinkSignal signal))
                {
                    received.AddRange(link.Read(signal.Direction, at));
                    now = at;
                }

                Assert.True(received.Count > before, "a window was sent and nothing of it arrived");
            }

            Assert.Equal(c.Bytes, received);
        });

    [Fact]
    public void W4_What_is_held_comes_when_it_is_let_go_and_a_slow_link_takes_its_time()
    {
        var queue = new EventQueue<LinkSignal>();
        var link = new SimLink(
            new LinkOptions { Latency = TimeSpan.Zero, BytesPerSecond = 10 }, new RandomStreams(1), queue.Add);
        link.Hold(LinkDirection.ToBroker, MonoTime.Zero + TimeSpan.FromSeconds(3));
        link.Send(LinkDirection.ToBroker, new byte[10], MonoTime.Zero);
        link.Send(LinkDirection.ToClient, new byte[10], MonoTime.Zero);
        List<(LinkDirection, double)> reads = [];
        while (queue.TryTake(out MonoTime now, out LinkSignal signal))
        {
            if (link.Read(signal.Direction, now).Length == 10)
            {
                reads.Add((signal.Direction, (now - MonoTime.Zero).TotalSeconds));
            }
        }

        Assert.Equal([(LinkDirection.ToClient, 1.0), (LinkDirection.ToBroker, 3.0)], reads);
    }

    private static LinkOptions Options(Draw draw) => new()
    {
        ToBroker = draw.Int(0, 4) switch
        {
            0 => Chunking.Whole,
            1 => Chunking.OneByte,
            2 => Chunking.FixedSize(draw.Int(1, 20)),
            3 => Chunking.Coalesce(TimeSpan.FromMilliseconds(draw.Int(1, 30))),
            _ => Chunking.RandomPrefix,
        },
        Latency = TimeSpan.FromMicroseconds(draw.Pick(0, 100, 10_000)),
        Jitter = TimeSpan.FromMicroseconds(draw.Pick(0, 1, 30_000)),
        ChunkGap = TimeSpan.FromMicroseconds(draw.Pick(0, 1, 500)),
    };

    /// <summary>A link whose far end reads all it can; writes come a millisecond apart, and a FIN behind
    /// them.</summary>
    private sealed class Run
    {
        private readonly EventQueue<LinkSignal> _queue = new();

        public Run(LinkOptions options, CutAtByte[] cuts, ulong seed)
        {
            Link = new SimLink(options, new RandomStreams(seed), _queue.Add);
            foreach (CutAtByte cut in cuts)
            {
                Link.Add(cut, MonoTime.Zero);
            }
        }

        public SimLink Link { get; }

        public List<byte> Received { get; } = [];

        public LinkEnd End { get; private set; }

        public void Write(byte[][] writes)
        {
            MonoTime now = MonoTime.Zero;
            foreach (byte[] write in writes)
            {
                now += TimeSpan.FromMilliseconds(1);
                Drain(now);
                Link.Send(LinkDirection.ToBroker, write, now);
            }

            Link.Close(LinkDirection.ToBroker, now);
            Drain(MonoTime.Never);
        }

        private void Drain(MonoTime until)
        {
            MonoTime last = MonoTime.Zero;
            while (_queue.NextAt <= until && _queue.TryTake(out MonoTime now, out LinkSignal signal))
            {
                Assert.True(now >= last, "the queue went back in time");
                last = now;
                if (signal.Kind == LinkSignalKind.Read)
                {
                    byte[] chunk = Link.Read(signal.Direction, now);
                    Assert.True(chunk.Length == 0 || End == LinkEnd.None, "bytes behind the end");
                    Received.AddRange(signal.Direction == LinkDirection.ToBroker ? chunk : []);
                }
                else if (Link.TryReadEnd(signal.Direction, now, out LinkEnd end)
                    && signal.Direction == LinkDirection.ToBroker)
                {
                    End = end;
                }
            }
        }
    }
}
