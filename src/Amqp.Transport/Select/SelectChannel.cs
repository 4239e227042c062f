using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>A channel of a <see cref="SelectConnection"/>. Calls return at once; <c>onOk</c> is called in the loop with
/// the answer, <c>onError</c> when the call has failed: the channel or the connection closed, or no answer came within
/// <see cref="AmqpConnectionOptions.RequestTimeout"/>.</summary>
/// <remarks>Every method throws <see cref="AmqpException"/> when the channel or the connection is closed already, and
/// <see cref="AmqpMisuseException"/> when what it was given cannot be sent.</remarks>
public sealed partial class SelectChannel
{
    private readonly AmqpChannel _inner;

    internal SelectChannel(
        SelectConnection connection, AmqpChannel inner, Action<SelectChannel, AmqpException>? onClosed)
    {
        Connection = connection;
        _inner = inner;
        inner.Ended = reason => Loop.AddCallback(() => onClosed?.Invoke(this, reason));
    }

    /// <summary>The connection that the channel belongs to.</summary>
    public SelectConnection Connection { get; }

    /// <summary>The channel's number on its connection, from 1.</summary>
    public int Number => _inner.Number;

    /// <summary>Whether the channel is open.</summary>
    public bool IsOpen => _inner.IsOpen;

    /// <summary>Why the channel closed, or <see langword="null"/> while it is open.</summary>
    public AmqpException? CloseReason => _inner.CloseReason;

    private IoLoop Loop => Connection.Loop;

    /// <summary>Closes the channel after the calls that are pending on it; its end is told by the callback that it was
    /// opened with. Closing a closed channel does nothing.</summary>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text, cut to 255 bytes of UTF-8.</param>
    public void Close(ReplyCode code = ReplyCode.Success, string text = "Goodbye")
    {
        ArgumentNullException.ThrowIfNull(text);
        _inner.StartClose(code, text, new RpcCall());
    }

    private void Call<T>(AmqpMethod request, Action<T>? onOk, Action<AmqpException>? onError)
        where T : AmqpMethod => Call(request, new RpcCall(), reply => onOk?.Invoke((T)reply), onError);

    private void Call(AmqpMethod request, RpcCall call, Action<object> onOk, Action<AmqpException>? onError)
    {
        Connection.Inner.StartCall(_inner, request, call);
        Connection.Await(call, request.Id, onOk, onError);
    }
}
