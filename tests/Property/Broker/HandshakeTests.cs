using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>How a connection begins, is refused, and is dropped when it falls silent.</summary>
public class HandshakeTests
{
    [Fact]
    public void A_good_login_reaches_open_ok()
    {
        var peer = new BrokerPeer(new BrokerCore(), MonoTime.Zero);
        peer.SendRaw(FrameWriter.ProtocolHeader.ToArray());
        Assert.Equal(["connection.start"], peer.Take());
        peer.Send(0, BrokerPeer.StartOk("guest"));
        Assert.Equal(["connection.tune"], peer.Take());
        peer.Send(0, new ConnectionTuneOk { ChannelMax = 1, FrameMax = 4096 });
        peer.Send(0, new ConnectionOpen { VirtualHost = "/" });
        Assert.Equal(["connection.open-ok"], peer.Take());
        Assert.True(peer.Connection.IsOpen);
    }

    [Fact]
    public void A_wrong_password_is_refused_with_rabbitmqs_words()
    {
        var peer = new BrokerPeer(new BrokerCore(), MonoTime.Zero);
        peer.SendRaw(FrameWriter.ProtocolHeader.ToArray());
        peer.Take();
        peer.Send(0, BrokerPeer.StartOk("nope"));
        Assert.Equal(
            ["connection.close 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. "
                + "For details see the broker logfile."],
            peer.Take());
        peer.Send(0, new ConnectionCloseOk());
        Assert.True(peer.Connection.WantsClose);
    }

    [Fact]
    public void Another_protocol_gets_the_right_header_and_the_end()
    {
        var peer = new BrokerPeer(new BrokerCore(), MonoTime.Zero);
        peer.SendRaw("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.Equal(["protocol header"], peer.Take());
        Assert.True(peer.Connection.WantsClose);
    }

    [Fact]
    public void An_idle_connection_hears_heartbeats_and_a_silent_peer_is_dropped()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core, heartbeat: 2);
        var now = MonoTime.Zero;
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(now + TimeSpan.FromSeconds(1), core.NextDeadline);
            now += TimeSpan.FromSeconds(1);
            core.Elapse(now);
            Assert.Equal(["heartbeat"], peer.Take());
        }

        core.Elapse(now + TimeSpan.FromSeconds(1));
        Assert.True(peer.Connection.WantsClose);
        Assert.Empty(core.Connections);
        Assert.Equal(MonoTime.Never, core.NextDeadline);
    }

    [Fact]
    public void A_handshake_that_stalls_is_dropped()
    {
        var core = new BrokerCore();
        var peer = new BrokerPeer(core, MonoTime.Zero);
        core.Elapse(MonoTime.Zero + TimeSpan.FromSeconds(9));
        Assert.False(peer.Connection.WantsClose);
        core.Elapse(MonoTime.Zero + TimeSpan.FromSeconds(10));
        Assert.True(peer.Connection.WantsClose);
    }
}
