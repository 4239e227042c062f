namespace Amqp.Transport.Publish;

/// <summary>Finds the waiting publish of a sequence number, without a search. Places are taken by the number's low
/// bits; the ring grows when one is still taken, so its size follows the largest window of unsettled
/// publishes.</summary>
internal sealed class PublishRing
{
    private PublishSource?[] _places = new PublishSource?[256];

    public void Add(ulong sequence, PublishSource source)
    {
        while (_places[Place(sequence)] is not null)
        {
            Grow();
        }

        _places[Place(sequence)] = source;
    }

    /// <summary>The publish of this number, unless it was given up.</summary>
    public PublishSource? Find(ulong sequence) =>
        _places[Place(sequence)] is { } source && source.Sequence == sequence ? source : null;

    public PublishSource? Remove(ulong sequence)
    {
        ref PublishSource? place = ref _places[Place(sequence)];
        if (place is not { } source || source.Sequence != sequence)
        {
            return null;
        }

        place = null;
        return source;
    }

    private int Place(ulong sequence) => (int)(sequence & (ulong)(_places.Length - 1));

    private void Grow()
    {
        PublishSource?[] old = _places;
        _places = new PublishSource?[old.Length * 2];
        foreach (PublishSource? source in old)
        {
            if (source is not null)
            {
                _places[Place(source.Sequence)] = source;
            }
        }
    }
}
