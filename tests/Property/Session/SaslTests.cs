using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>How a session logs in.</summary>
public class SaslTests
{
    [Theory]
    [InlineData("PLAIN AMQPLAIN EXTERNAL ANONYMOUS", "EXTERNAL")]
    [InlineData("PLAIN AMQPLAIN", "AMQPLAIN")]
    [InlineData("ANONYMOUS PLAIN", "PLAIN")]
    [InlineData("ANONYMOUS", "ANONYMOUS")]
    public void The_first_of_ours_that_the_broker_offers_is_taken(string offered, string taken)
    {
        ScriptedPeer peer = StartedWith(
            offered,
            SaslMechanism.External(),
            SaslMechanism.AmqPlain("u", "p"),
            SaslMechanism.Plain("u", "p"),
            SaslMechanism.Anonymous("me"));
        Assert.Equal(taken, Sent<ConnectionStartOk>(peer).Mechanism);
    }

    [Fact]
    public void Plain_is_a_user_and_a_password_behind_zeros() => Assert.Equal(
        (LongString)"\0user\0secret",
        Sent<ConnectionStartOk>(StartedWith("PLAIN", SaslMechanism.Plain("user", "secret"))).Response);

    [Fact]
    public void Amqplain_is_a_table_without_its_length()
    {
        LongString response = Sent<ConnectionStartOk>(
            StartedWith("AMQPLAIN", SaslMechanism.AmqPlain("user", "secret"))).Response;
        Assert.Equal((LongString)"\x05LOGINS\0\0\0\x04user\x08PASSWORDS\0\0\0\x06secret", response);
    }

    [Fact]
    public void None_in_common_is_told_with_both_lists()
    {
        ScriptedPeer peer = StartedWith("GSSAPI", SaslMechanism.External(), SaslMechanism.Plain("u", "p"));
        Assert.Equal(SessionEndKind.AuthenticationRefused, peer.End!.Kind);
        Assert.Contains("'GSSAPI'", peer.End.Text, StringComparison.Ordinal);
        Assert.Contains("'EXTERNAL PLAIN'", peer.End.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Challenges_are_answered_one_by_one()
    {
        ScriptedPeer peer = StartedWith("X-ECHO", new EchoMechanism("X-ECHO"));
        Assert.Equal((LongString)"hello", Sent<ConnectionStartOk>(peer).Response);
        peer.Feed(0, new ConnectionSecure { Challenge = "who" });
        peer.Feed(0, new ConnectionSecure { Challenge = "really" });
        Assert.Equal(
            [(LongString)"who-1", (LongString)"really-2"],
            peer.MethodsOn(0).OfType<ConnectionSecureOk>().Select(ok => ok.Response));
        peer.Feed(0, new ConnectionTune { ChannelMax = 10, FrameMax = 4096, Heartbeat = 0 });
        peer.Feed(0, new ConnectionOpenOk());
        Assert.Equal(ConnectionState.Open, peer.Session.State);
    }

    [Fact]
    public void A_challenge_without_an_answer_is_a_violation()
    {
        ScriptedPeer peer = StartedWith("PLAIN", SaslMechanism.Plain("u", "p"));
        peer.Feed(0, new ConnectionSecure { Challenge = "who" });
        PeerKit.AssertViolation(peer, ReplyCode.CommandInvalid);
        Assert.Contains("PLAIN", peer.End!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_prints_a_secret()
    {
        SaslMechanism mechanism = SaslMechanism.Plain("user", "hush");
        var options = new SessionOptions { Mechanisms = [mechanism], Password = "hush" };
        Assert.DoesNotContain("hush", $"{mechanism} {options}", StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SaslMechanism.Plain("user", "a\0b"));
    }

    private static ScriptedPeer StartedWith(string offered, params SaslMechanism[] mechanisms)
    {
        var peer = new ScriptedPeer(new SessionOptions { Mechanisms = [.. mechanisms] });
        peer.Start();
        peer.Feed(0, ScriptedPeer.StartMethod() with { Mechanisms = offered });
        return peer;
    }

    private static T Sent<T>(ScriptedPeer peer)
        where T : AmqpMethod => Assert.Single(peer.MethodsOn(0).OfType<T>());
}
