namespace Amqp.Transport.Publish;

/// <summary>The publishes that wait for room, first in, first out; any of them can leave.</summary>
internal sealed class PublishList
{
    private PublishSource? _last;

    public PublishSource? First { get; private set; }

    public void Append(PublishSource source)
    {
        source.Previous = _last;
        source.Next = null;
        if (_last is null)
        {
            First = source;
        }
        else
        {
            _last.Next = source;
        }

        _last = source;
    }

    public void Prepend(PublishSource source)
    {
        source.Previous = null;
        source.Next = First;
        if (First is null)
        {
            _last = source;
        }
        else
        {
            First.Previous = source;
        }

        First = source;
    }

    public void Remove(PublishSource source)
    {
        if (source.Previous is { } previous)
        {
            previous.Next = source.Next;
        }
        else
        {
            First = source.Next;
        }

        if (source.Next is { } next)
        {
            next.Previous = source.Previous;
        }
        else
        {
            _last = source.Previous;
        }

        source.Previous = null;
        source.Next = null;
    }
}
