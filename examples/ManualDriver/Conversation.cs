using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;

namespace Amqp.Examples;

/// <summary>
/// What the program wants of the broker: opens a channel, declares a queue, publishes one message with a confirm,
/// consumes and acknowledges it, and closes. It knows nothing of sockets: whoever moves the bytes calls it.
/// </summary>
internal sealed class Conversation(AmqpSession session)
{
    private readonly MemoryStream _body = new();
    private ushort _channel;
    private RequestId _open;
    private RequestId _declare;
    private ulong _deliveryTag;
    private bool _isSettled;
    private bool _isDelivered;

    /// <summary>Acts on one event.</summary>
    public void Handle(in AmqpEvent e, MonoTime now)
    {
        switch (e.Kind)
        {
            case EventKind.SessionOpened:
                Console.WriteLine("connected");
                Check(session.OpenChannel(out _channel, out _open));
                break;

            case EventKind.CallCompleted when e.Request == _open:
                // Calls on one channel are sent one after the other, each when the one before was answered.
                Check(session.Call(_channel, new ConfirmSelect(), out _));
                Check(session.Call(_channel, new QueueDeclare { Exclusive = true }, out _declare));
                break;

            case EventKind.CallCompleted when e.Request == _declare:
                var queue = ((QueueDeclareOk)e.Method!).Queue;
                Check(session.Call(_channel, new BasicConsume { Queue = queue }, out _));
                Check(session.Publish(_channel, "", queue, true, BasicProperties.Empty, "hello"u8, out _));
                break;

            case EventKind.PublishSettled:
                Console.WriteLine($"{(e.Nacked ? "refused" : "confirmed")} {e.ToSequence}");
                _isSettled = true;
                CloseWhenDone(now);
                break;

            case EventKind.Delivery:
                _deliveryTag = e.DeliveryTag;
                break;

            case EventKind.Body:
                // The bytes are borrowed from the input: what is to be kept must be copied.
                _body.Write(e.Body.ToArray());
                if (e.IsLastBody)
                {
                    Console.WriteLine($"delivered {Encoding.UTF8.GetString(_body.ToArray())}");
                    Check(session.Ack(_channel, _deliveryTag, multiple: false));
                    _isDelivered = true;
                    CloseWhenDone(now);
                }

                break;

            case EventKind.CallFailed or EventKind.SessionClosed:
                Console.WriteLine($"{(e.Kind == EventKind.SessionClosed ? "closed" : "failed")}: {e.Reason!.Kind}");
                break;
        }
    }

    // A broker may confirm a message before or after it delivers it.
    private void CloseWhenDone(MonoTime now)
    {
        if (_isSettled && _isDelivered)
        {
            Check(session.Close(ReplyCode.Success, "Goodbye", now));
        }
    }

    private static void Check(CommandResult result)
    {
        if (result != CommandResult.Ok)
        {
            throw new InvalidOperationException($"the session refused a command: {result}");
        }
    }
}
