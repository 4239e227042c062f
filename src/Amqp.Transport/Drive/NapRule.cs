namespace Amqp.Transport.Drive;

/// <summary>When a reader naps before it reads on, so that one read brings more. Only in the middle of a stream: a nap
/// needs many reads in quick succession right before, and nobody on this side who may wait for an answer. Naps that
/// bring little are given up for a while.</summary>
/// <remarks>So a delivery is late by one nap at the most, and one that comes <see cref="ShortGap"/> or more after the
/// one before is never late. Pure; used by one thread at a time.</remarks>
internal sealed class NapRule
{
    /// <summary>What is asked of the system, which adds about as much again.</summary>
    public static readonly TimeSpan Nap = TimeSpan.FromMicroseconds(50);

    /// <summary>Reads that are less apart than this belong to one stream. A nap must fit in.</summary>
    public static readonly TimeSpan ShortGap = TimeSpan.FromMicroseconds(300);

    /// <summary>So many short gaps in a row make a stream.</summary>
    public const int Streak = 8;

    /// <summary>A read of this size, in bytes, is not to be merged with more.</summary>
    public const int LargeRead = 32 * 1024;

    /// <summary>A nap pays when the read behind it brings so many deliveries.</summary>
    public const int LeastGain = 4;

    /// <summary>For so many reads there is no nap after one that did not pay.</summary>
    public const int Abstinence = 64;

    private TimeSpan? _lastRead;
    private int _lastSize;
    private int _streak;
    private int _abstain;
    private bool _hasNapped;

    /// <summary>Notes a read.</summary>
    /// <param name="now">When it ended, from any origin.</param>
    /// <param name="bytes">How much it brought.</param>
    /// <param name="deliveries">How many deliveries ended in it.</param>
    public void OnRead(TimeSpan now, int bytes, long deliveries)
    {
        if (_hasNapped && deliveries < LeastGain)
        {
            _abstain = Abstinence;
        }
        else if (_abstain > 0)
        {
            _abstain--;
        }

        _hasNapped = false;
        _streak = _lastRead is { } last && now - last < ShortGap ? _streak + 1 : 0;
        _lastRead = now;
        _lastSize = bytes;
    }

    /// <summary>Whether to nap before the next read. The caller does so when it is told to.</summary>
    /// <param name="hasSpoken">Whether anything was published or called for since the last read, or a call is
    /// pending: somebody may wait for what comes next.</param>
    public bool IsDue(bool hasSpoken)
    {
        _hasNapped = _streak >= Streak && _abstain == 0 && _lastSize < LargeRead && !hasSpoken;
        return _hasNapped;
    }
}
