using System.Text;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>From the protocol header to open-ok, and the methods of channel 0 (AMQP 0-9-1 §4.2.2, §1.4).</content>
public sealed partial class BrokerConnection
{
    private const int ProtocolHeaderLength = 8;

    private bool _wantsBlocked;
    private bool _wantsCancel;
    private int _channelMax;

    /// <summary>
    /// 0-9-1, and the older headers RabbitMQ still takes; any other gets the right header back and the end.
    /// </summary>
    private int OnProtocolHeader(ReadOnlySpan<byte> input)
    {
        if (input.Length < ProtocolHeaderLength)
        {
            return 0;
        }

        ReadOnlySpan<byte> header = input[..ProtocolHeaderLength];
        if (header.SequenceEqual(FrameWriter.ProtocolHeader) || (
            header.SequenceEqual("AMQP\u0001\u0001\0\t"u8)))
        {
            WriteStart(0, 9);
        }
        else if (_core.Profile.SpeaksOldProtocols && (header.SequenceEqual("AMQP\u0001\u0001\b\0"u8)
            || header.SequenceEqual("AMQP\u0001\u0001\t\u0001"u8)))
        {
            WriteStart(8, 0);
        }
        else
        {
            RefuseProtocol(header);
        }

        return ProtocolHeaderLength;
    }

    /// <summary>Answers with a header that would do; an early version of 0-9 is told of 0-9-1.</summary>
    private void RefuseProtocol(ReadOnlySpan<byte> header)
    {
        Touch();
        byte[] preferred = Encoding.Latin1.GetBytes(_core.Profile.PreferredProtocol);
        bool isNear = header.StartsWith("AMQP\0\0\t"u8);
        System.Buffers.BuffersExtensions.Write(_output, isNear ? FrameWriter.ProtocolHeader : preferred);
        if (!isNear && header.SequenceEqual(preferred))
        {
            // AMQP 1.0 with SASL, which this broker does not speak: it has nothing more to say.
            EnterPhase(ConnectionPhase.Draining, Options.HandshakeTimeout);
        }
        else
        {
            End();
        }
    }

    private void WriteStart(byte major, byte minor)
    {
        _phase = ConnectionPhase.Starting;
        Write(0, new ConnectionStart
        {
            VersionMajor = major,
            VersionMinor = minor,
            ServerProperties = ServerProperties(major == 0),
            Mechanisms = _core.Profile.OffersAnonymous ? "PLAIN AMQPLAIN ANONYMOUS" : "PLAIN AMQPLAIN",
            Locales = "en_US",
        });
    }

    private FieldTable ServerProperties(bool hasCapabilities) => FieldTable.Create(
        ("capabilities", hasCapabilities ? Capabilities() : FieldTable.Empty),
        ("cluster_name", Options.ClusterName),
        ("copyright", "Copyright (c) The Amqp.Sim authors"),
        ("information", "An in-memory stand-in for RabbitMQ, for tests"),
        ("platform", ".NET"),
        ("product", Options.Product),
        ("version", Options.Version ?? _core.Profile.Version));

    private static FieldTable Capabilities() => FieldTable.Create(
        ("publisher_confirms", true),
        ("exchange_exchange_bindings", true),
        ("basic.nack", true),
        ("consumer_cancel_notify", true),
        ("connection.blocked", true),
        ("consumer_priorities", true),
        ("authentication_failure_close", true),
        ("per_consumer_qos", true),
        ("direct_reply_to", true));

    private void OnConnectionMethod(ReadOnlySpan<byte> payload)
    {
        if (!TryDecode(payload, out AmqpMethod method))
        {
            return;
        }

        switch (_phase, method)
        {
            case (ConnectionPhase.Starting, ConnectionStartOk startOk):
                OnStartOk(startOk);
                break;
            case (ConnectionPhase.Tuning, ConnectionTuneOk tuneOk):
                OnTuneOk(tuneOk);
                break;
            case (ConnectionPhase.Opening, ConnectionOpen open):
                OnOpen(open);
                break;
            case (ConnectionPhase.Running, ConnectionClose):
                // Exclusive queues are gone and messages are back before the peer hears close-ok.
                ReleaseAll();
                Write(0, new ConnectionCloseOk());
                EnterPhase(ConnectionPhase.CloseOkSent, Options.CloseTimeout);
                break;
            case (ConnectionPhase.Running, ConnectionUpdateSecret):
                Write(0, new ConnectionUpdateSecretOk());
                break;
            default:
                OnUnexpectedMethod(method);
                break;
        }
    }

    private void OnUnexpectedMethod(AmqpMethod method)
    {
        if (_phase >= ConnectionPhase.Opening)
        {
            string phase = _phase == ConnectionPhase.Opening ? "opening" : "running";
            FailConnection(ReplyCode.ChannelError, $"unexpected method in connection state {phase}");
        }
        else if (method is ConnectionOpen or ConnectionClose or ConnectionStart)
        {
            End();
        }
        else
        {
            DrainThenDrop();
        }
    }

    private void OnStartOk(ConnectionStartOk startOk)
    {
        bool closesOnFailure = false;
        ClientProperties = startOk.ClientProperties;
        Mechanism = startOk.Mechanism;
        if (startOk.ClientProperties.TryGet("capabilities", out FieldValue value) && value.Type == FieldType.Table)
        {
            FieldTable capabilities = value.AsTable();
            closesOnFailure = HasCapability(capabilities, "authentication_failure_close");
            _wantsBlocked = HasCapability(capabilities, "connection.blocked");
            _wantsCancel = HasCapability(capabilities, "consumer_cancel_notify");
        }

        if (startOk.Mechanism == "ANONYMOUS" && _core.Profile.OffersAnonymous)
        {
            _user = _core.Access.Find("guest");
        }
        else if (TryReadCredentials(startOk, out string name, out string password))
        {
            _user = _core.Access.Authenticate(name, password);
        }
        else
        {
            DrainThenDrop();
            return;
        }

        if (_user is null)
        {
            RefuseLogin(startOk.Mechanism, closesOnFailure);
            return;
        }

        _phase = ConnectionPhase.Tuning;
        Write(0, new ConnectionTune
        {
            ChannelMax = Options.ChannelMax,
            FrameMax = Options.FrameMax,
            Heartbeat = Options.HeartbeatSeconds,
        });
    }

    private void RefuseLogin(string mechanism, bool closesOnFailure)
    {
        if (!closesOnFailure)
        {
            DrainThenDrop();
            return;
        }

        _method = 0;
        WriteClose(ReplyCode.AccessRefused, ReplyTexts.LoginRefused(mechanism));
        EnterPhase(ConnectionPhase.CloseSent, Options.CloseTimeout);
    }

    /// <summary>PLAIN: NUL user NUL password. AMQPLAIN: a table without its length, with LOGIN and PASSWORD.</summary>
    private bool TryReadCredentials(ConnectionStartOk startOk, out string name, out string password)
    {
        name = password = "";
        ReadOnlySpan<byte> response = startOk.Response.Span;
        if (startOk.Mechanism == "PLAIN")
        {
            if (response.Length == 0 || response[0] != 0)
            {
                return false;
            }

            response = response[1..];
            int split = response.IndexOf((byte)0);
            if (split < 0 || response[(split + 1)..].Contains((byte)0))
            {
                return false;
            }

            name = Encoding.UTF8.GetString(response[..split]);
            password = Encoding.UTF8.GetString(response[(split + 1)..]);
            return true;
        }

        return startOk.Mechanism == "AMQPLAIN"
            && FieldTable.TryRead(response, _core.Limits, out FieldTable? table, out _)
            && TryReadText(table!, "LOGIN", out name) && TryReadText(table!, "PASSWORD", out password);
    }

    private void OnTuneOk(ConnectionTuneOk tuneOk)
    {
        if (tuneOk.FrameMax < _core.Profile.SmallestFrameMax || tuneOk.FrameMax > Options.FrameMax
            || tuneOk.ChannelMax == 0 || tuneOk.ChannelMax > Options.ChannelMax)
        {
            DrainThenDrop();
            return;
        }

        _frameMax = (int)tuneOk.FrameMax;
        _channelMax = tuneOk.ChannelMax;
        _heartbeat = TimeSpan.FromSeconds(tuneOk.Heartbeat);
        _phase = ConnectionPhase.Opening;
        _core.Arm(this);
    }

    private void OnOpen(ConnectionOpen open)
    {
        string name = open.VirtualHost;
        string user = UserName;
        if (!_core.TryGetVirtualHost(name, out VirtualHost virtualHost))
        {
            FailConnection(ReplyCode.NotAllowed, $"vhost {name} not found");
        }
        else if (!_user!.Permissions.ContainsKey(name))
        {
            FailConnection(ReplyCode.NotAllowed, $"access to vhost '{name}' refused for user '{user}'");
        }
        else if (virtualHost.MaxConnections is { } most && OpenConnections(each => each.VirtualHost == name) >= most)
        {
            FailConnection(
                ReplyCode.NotAllowed,
                $"access to vhost '{name}' refused for user '{user}': connection limit ({most}) is reached");
        }
        else if (_user.MaxConnections is { } limit && OpenConnections(each => each.UserName == user) >= limit)
        {
            FailConnection(
                ReplyCode.NotAllowed,
                $"connection refused for user '{user}': user connection limit ({limit}) is reached");
        }
        else
        {
            _virtualHost = virtualHost;
            EnterPhase(ConnectionPhase.Running, null);
            NoteOpened();
            Write(0, new ConnectionOpenOk());
        }
    }

    private int OpenConnections(Func<BrokerConnection, bool> isCounted) =>
        _core.Connections.Count(each => each.IsOpen && isCounted(each));

    private static bool HasCapability(FieldTable capabilities, string key) =>
        capabilities.TryGet(key, out FieldValue value) && value.Type == FieldType.Boolean && value.AsBoolean();

    private static bool TryReadText(FieldTable table, string key, out string text)
    {
        bool isText = table.TryGet(key, out FieldValue value) && value.Type == FieldType.LongString;
        text = isText ? value.AsString() : "";
        return isText;
    }
}
