using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>Closing channels and connections for a reason, and the one way methods are written.</content>
public sealed partial class BrokerConnection
{
    /// <summary>The method being handled; its ids go into a close. 0 when the trouble is no method's.</summary>
    private MethodId _method;

    private void Write(ushort channel, AmqpMethod method)
    {
        Touch();
        FrameWriter.WriteMethod(_output, channel, method);
    }

    /// <summary>
    /// A channel exception: the channel's work is undone, and it hears nothing until the peer's close-ok.
    /// </summary>
    private void FailChannel(ChannelModel channel, ReplyCode code, string text)
    {
        FlushConfirms(channel);
        DetachConsumers(channel);
        ReleaseChannel(channel);
        channel.IsClosing = true;
        NoteClosed(Journal.JournalKind.ChannelClosedByBroker, channel.Number, code, text);
        Write(channel.Number, new ChannelClose
        {
            ReplyCode = (ushort)code,
            ReplyText = ReplyTexts.Compose(code, text),
            ClassId = ClassOf(_method),
            MethodId = NumberOf(_method),
        });
    }

    /// <summary>
    /// A connection exception. Before tune-ok RabbitMQ says nothing and hangs up after a while; afterwards it sends
    /// connection.close and waits for close-ok.
    /// </summary>
    private void FailConnection(ReplyCode code, string text)
    {
        if (_phase is < ConnectionPhase.Opening or ConnectionPhase.Draining)
        {
            DrainThenDrop();
            return;
        }

        FlushConfirms();
        ReleaseAll();
        WriteClose(code, text);
        EnterPhase(ConnectionPhase.CloseSent, Options.CloseTimeout);
    }

    /// <summary>
    /// The framing is lost: connection.close is sent (once open), and everything that follows is thrown away.
    /// </summary>
    private void FailStream(string text)
    {
        if (_phase is ConnectionPhase.Opening or ConnectionPhase.Running)
        {
            _method = 0;
            FlushConfirms();
            ReleaseAll();
            WriteClose(ReplyCode.FrameError, text);
        }

        DrainThenDrop();
    }

    private void DrainThenDrop() => EnterPhase(ConnectionPhase.Draining, Options.SilentCloseDelay);

    private void WriteClose(ReplyCode code, string text)
    {
        NoteClosed(Journal.JournalKind.ConnectionClosedByBroker, 0, code, text);
        Write(0, new ConnectionClose
        {
            ReplyCode = (ushort)code,
            ReplyText = ReplyTexts.Compose(code, text),
            ClassId = code == ReplyCode.InternalError ? (ushort)0 : ClassOf(_method),
            MethodId = code == ReplyCode.InternalError ? (ushort)0 : NumberOf(_method),
        });
    }

    private void OnMethodWhileClosing(ReadOnlySpan<byte> payload)
    {
        MethodId id = (MethodId)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (id == MethodId.ConnectionCloseOk)
        {
            End();
        }
        else if (id == MethodId.ConnectionClose)
        {
            Write(0, new ConnectionCloseOk());
        }
    }

    private static ushort ClassOf(MethodId id) => (ushort)((uint)id >> 16);

    private static ushort NumberOf(MethodId id) => (ushort)(uint)id;
}
