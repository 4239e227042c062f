using Amqp.Engine.Recovery;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>The outbox alone.</summary>
public class OutboxProperties
{
    /// <summary>Whatever is sent, settled and lost in whatever order: each message is in it until it is settled, in the
    /// order of adding, and what is sent on one connection goes in that order.</summary>
    [Fact]
    public void E6_An_outbox_holds_each_message_in_order_until_it_is_settled() => Props.ForAll(
        "E6.outbox",
        Gens.From(draw => draw.List(draw.Int(1, 60), () => (Kind: draw.Int(0, 4), Pick: draw.Int(0, 100)))),
        steps =>
        {
            var outbox = new Outbox<ulong>(10, 1000, OutboxMode.Buffer);
            List<ulong> model = [];
            List<(ulong Sequence, ulong Message)> sent = [];
            ulong last = 0;
            foreach (var (kind, pick) in steps)
            {
                switch (kind)
                {
                    case 0:
                        OutboxResult result = outbox.Add(last + 1, 7, out ulong id);
                        Assert.Equal(
                            model.Count < 10 ? OutboxResult.Taken
                            : outbox.IsReady ? OutboxResult.MustWait : OutboxResult.Refused,
                            result);
                        if (result == OutboxResult.Taken)
                        {
                            Assert.Equal(++last, id);
                            model.Add(id);
                        }

                        break;
                    case 1 when outbox.TryPeek(out OutboxEntry<ulong>? entry):
                        ulong sequence = sent.Count == 0 ? 1 : sent[^1].Sequence + 1;
                        Assert.True(outbox.IsReady);
                        Assert.All(sent, each => Assert.True(each.Message < entry.Message));
                        outbox.OnSent(sequence);
                        sent.Add((sequence, entry.Message));
                        break;
                    case 2 when sent.Count > 0:
                        var settled = sent[pick % sent.Count];
                        Assert.Equal(
                            model.Contains(settled.Message) ? settled.Message : null,
                            outbox.OnSettled(settled.Sequence)?.Message);
                        model.Remove(settled.Message);
                        break;
                    case 3:
                        outbox.OnLost();
                        sent.Clear();
                        break;
                    case 4:
                        outbox.OnReady();
                        break;
                }

                Assert.Equal(model, outbox.List().Select(each => each.Message));
                Assert.Equal((model.Count, model.Count * 7), (outbox.Count, outbox.Bytes));
            }

            Assert.Equal(model, outbox.TakeAll().Select(each => each.Message));
            Assert.Equal((0, 0L), (outbox.Count, outbox.Bytes));
        });

    [Theory]
    [InlineData(OutboxMode.Wait, OutboxResult.MustWait)]
    [InlineData(OutboxMode.Fail, OutboxResult.Refused)]
    [InlineData(OutboxMode.Buffer, OutboxResult.Taken)]
    public void An_outbox_that_is_not_ready_waits_fails_or_buffers(OutboxMode mode, OutboxResult expected)
    {
        var outbox = new Outbox<string>(10, 10, mode);
        Assert.Equal(expected, outbox.Add("m", 10, out ulong id));
        Assert.Equal(expected == OutboxResult.Taken, id != 0);
        Assert.False(outbox.TryPeek(out _));
        Assert.Throws<InvalidOperationException>(() => outbox.OnSent(1));
        Assert.Equal(
            expected == OutboxResult.Taken ? OutboxResult.Refused : expected, outbox.Add("n", 1, out _));
        outbox.OnReady();
        Assert.Equal(
            expected == OutboxResult.Taken ? OutboxResult.MustWait : OutboxResult.Taken, outbox.Add("o", 1, out _));
        Assert.Null(outbox.OnSettled(1));
    }
}
