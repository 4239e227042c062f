using System.Buffers;
using System.Text;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// The handshake (AMQP 0-9-1 sections 2.2.4 and 4.2.2):
//
//   C: "AMQP" 0 0 9 1   S: start   C: start-ok   (S: secure   C: secure-ok)*   S: tune   C: tune-ok, open   S: open-ok
//
// open goes out behind tune-ok without waiting: it saves a round trip, and RabbitMQ reads both.
public sealed partial class AmqpSession
{
    private static readonly FieldTable Capabilities = FieldTable.Create(
        ("publisher_confirms", true),
        ("exchange_exchange_bindings", true),
        ("basic.nack", true),
        ("consumer_cancel_notify", true),
        ("connection.blocked", true),
        ("authentication_failure_close", true));

    // Frame, ids and the length of the response.
    private const int SecureOkOverhead = FrameWriter.Overhead + 4 + 4;

    private SaslExchange? _login;
    private string _loginName = "";

    // The first octets tell a peer that does not speak AMQP 0-9-1: another version answers with its own protocol
    // header.
    private bool IsFrame(in ReadOnlySequence<byte> input)
    {
        if (input.IsEmpty)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[(int)Math.Min(input.Length, 8)];
        input.Slice(0, head.Length).CopyTo(head);
        if (head[0] is (byte)FrameType.Method or (byte)FrameType.Heartbeat
            or (byte)FrameType.Header or (byte)FrameType.Body)
        {
            return true;
        }

        // Decided by the first octet that fits neither beginning, and told by the octets up to it: however many came
        // at once.
        int known = Math.Max(head.CommonPrefixLength("AMQP"u8), head.CommonPrefixLength("HTTP"u8));
        if (known == 4 && head[0] == 'A')
        {
            if (head.Length == 8)
            {
                Finish(Ended(
                    SessionEndKind.VersionMismatch,
                    $"The peer offers AMQP {head[5]}-{head[6]}-{head[7]} (protocol id {head[4]}); "
                    + "this client speaks 0-9-1."));
            }
        }
        else if (known == 4 || known < head.Length)
        {
            string banner = Banner(head[..Math.Min(known + 1, 4)]);
            Finish(Ended(
                SessionEndKind.ProtocolViolation,
                $"The peer does not speak AMQP: {banner}.",
                ReplyCode.FrameError));
        }

        return false;
    }

    private static string Banner(ReadOnlySpan<byte> head)
    {
        if (head[0] is 0x15 or 0x16)
        {
            return "it answers with a TLS record; is this a TLS port?";
        }

        return head.SequenceEqual("HTTP"u8)
            ? "it answers as an HTTP server"
            : $"its first bytes are {Convert.ToHexStringLower(head)}";
    }

    private void OnStart(ConnectionStart start)
    {
        if (start.VersionMajor != 0 || start.VersionMinor != 9)
        {
            Finish(Ended(
                SessionEndKind.VersionMismatch,
                $"The broker speaks AMQP {start.VersionMajor}-{start.VersionMinor}; this client speaks 0-9."));
            return;
        }

        ServerProperties = start.ServerProperties;
        string[] offered = start.Mechanisms.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        SaslMechanism? mechanism = _options.LoginMechanisms.FirstOrDefault(ours => offered.Contains(ours.Name));
        if (mechanism is null)
        {
            Finish(Ended(
                SessionEndKind.AuthenticationRefused,
                $"The broker offers the mechanisms '{start.Mechanisms}', and this client has "
                + $"'{string.Join(' ', _options.LoginMechanisms)}'."));
            return;
        }

        if (Allow(ConnectionInput.Start, MethodId.ConnectionStart))
        {
            _login = mechanism.Begin();
            _loginName = mechanism.Name;
            Write(0, StartOk(_options, mechanism.Name, _login));
        }
    }

    private void OnSecure(ConnectionSecure secure)
    {
        if (_login?.Respond(secure.Challenge.Span) is not { } response)
        {
            Violate(new WireError(
                ReplyCode.CommandInvalid,
                $"connection.secure, where the mechanism {_loginName} has no further step",
                MethodId.ConnectionSecure));
            return;
        }

        if (response.Length > SessionOptions.FrameMin - SecureOkOverhead)
        {
            Violate(new WireError(
                ReplyCode.SyntaxError,
                $"connection.secure wants a response of {response.Length} bytes, which fits no frame of 4096",
                MethodId.ConnectionSecure));
            return;
        }

        if (Allow(ConnectionInput.Secure, MethodId.ConnectionSecure))
        {
            Write(0, new ConnectionSecureOk { Response = new LongString(response) });
        }
    }

    internal static ConnectionStartOk StartOk(SessionOptions options, string mechanism, SaslExchange login) => new()
    {
        ClientProperties = MergedProperties(options),
        Mechanism = mechanism,
        Response = new LongString(login.InitialResponse),
        Locale = options.Locale,
    };

    private static FieldTable MergedProperties(SessionOptions options)
    {
        FieldTable merged = FieldTable.Create(
            ("product", "Amqp.Sim"),
            ("platform", ".NET"));
        foreach ((string key, FieldValue value) in options.ClientProperties)
        {
            if (key != "capabilities")
            {
                merged = merged.With(key, value);
            }
        }

        FieldTable capabilities = Capabilities;
        if (options.ClientProperties.TryGet("capabilities", out FieldValue own) && own.Type == FieldType.Table)
        {
            foreach ((string key, FieldValue value) in own.AsTable())
            {
                capabilities = capabilities.With(key, value);
            }
        }

        return merged.With("capabilities", capabilities);
    }

    private void OnTune(ConnectionTune tune)
    {
        if (!Allow(ConnectionInput.Tune, MethodId.ConnectionTune))
        {
            return;
        }

        uint frameMax = Agreed(tune.FrameMax, (uint)LocalFrameMax);
        if (frameMax < SessionOptions.FrameMin)
        {
            Violate(new WireError(
                ReplyCode.SyntaxError,
                $"connection.tune asks for frames of at most {tune.FrameMax} bytes, fewer than 4096",
                MethodId.ConnectionTune));
            return;
        }

        uint channelMax = Agreed(tune.ChannelMax, (uint)Math.Min(_options.ChannelMax, _options.Limits.MaxChannels));
        ushort heartbeat = (ushort)_options.Heartbeat.TotalSeconds;
        if (heartbeat != 0)
        {
            heartbeat = (ushort)Agreed(tune.Heartbeat, heartbeat);
        }

        Tuning = new NegotiatedTuning((ushort)channelMax, frameMax, TimeSpan.FromSeconds(heartbeat));
        _maxPayload = (int)frameMax - FrameWriter.Overhead;
        Write(0, new ConnectionTuneOk { ChannelMax = (ushort)channelMax, FrameMax = frameMax, Heartbeat = heartbeat });
        Write(0, new ConnectionOpen { VirtualHost = _options.VirtualHost });
        StartHeartbeats();
    }

    private void OnOpenOk()
    {
        if (Allow(ConnectionInput.OpenOk, MethodId.ConnectionOpenOk))
        {
            _login = null;
            _timers.Disarm(TimerKind.Handshake);
            _events.Add(EventKind.SessionOpened, 0);
        }
    }

    // The smaller of the two, where the broker's 0 means that it has no limit (section 1.4.2.5).
    private static uint Agreed(uint theirs, uint ours) => theirs == 0 ? ours : Math.Min(theirs, ours);
}
