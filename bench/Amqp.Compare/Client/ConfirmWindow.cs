namespace Amqp.Compare.Client;

/// <summary>The publishes whose confirm is still awaited, oldest first; each is awaited exactly once.</summary>
internal sealed class ConfirmWindow(int size)
{
    private readonly ValueTask[] _open = new ValueTask[size];
    private int _oldest;
    private int _count;

    /// <summary>Awaits the oldest when the window is full.</summary>
    public ValueTask MakeRoomAsync() => _count < size ? default : TakeOldest();

    /// <summary>Adds the newest.</summary>
    public void Add(ValueTask publish)
    {
        var at = _oldest + _count;
        _open[at < size ? at : at - size] = publish;
        _count++;
    }

    /// <summary>Awaits all of them.</summary>
    public async Task DrainAsync()
    {
        while (_count > 0)
        {
            await TakeOldest();
        }
    }

    private ValueTask TakeOldest()
    {
        var oldest = _open[_oldest];
        _open[_oldest] = default;
        _oldest = _oldest + 1 == size ? 0 : _oldest + 1;
        _count--;
        return oldest;
    }
}
