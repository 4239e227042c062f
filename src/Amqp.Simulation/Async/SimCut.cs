using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation;

/// <summary>Where a connection is cut: the end of a sentence that <see cref="SimFaults.Cut"/> begins.</summary>
public sealed class SimCut
{
    private readonly SimFaults _faults;
    private readonly CutKind _kind;
    private readonly bool _isNext;

    internal SimCut(SimFaults faults, CutKind kind, bool isNext)
    {
        _faults = faults;
        _kind = kind;
        _isNext = isNext;
    }

    /// <summary>At once.</summary>
    public void Now() => Set(new CutAtTime(TimeSpan.Zero, _kind));

    /// <summary>After a time.</summary>
    /// <param name="time">How much virtual time.</param>
    public void After(TimeSpan time) => Set(new CutAtTime(time, _kind));

    /// <summary>Behind so many bytes.</summary>
    /// <param name="count">How many still arrive.</param>
    /// <param name="direction">Which way they are counted.</param>
    public void AfterBytes(long count, LinkDirection direction = LinkDirection.ToBroker) =>
        Set(new CutAtByte(direction, count, _kind));

    /// <summary>In front of a method: nothing of it arrives.</summary>
    /// <param name="method">The method.</param>
    /// <param name="nth">Which one of its kind, from 1.</param>
    public void Before(MethodId method, int nth = 1) => Set(method, nth, PlacePart.Before);

    /// <summary>In the middle of a method's frame.</summary>
    /// <param name="method">The method.</param>
    /// <param name="nth">Which one of its kind, from 1.</param>
    public void In(MethodId method, int nth = 1) => Set(method, nth, PlacePart.Method);

    /// <summary>In the middle of the header of a message.</summary>
    /// <param name="method">The method that carries it.</param>
    /// <param name="nth">Which one of its kind, from 1.</param>
    public void InTheHeaderOf(MethodId method, int nth = 1) => Set(method, nth, PlacePart.Header);

    /// <summary>In the middle of the body of a message.</summary>
    /// <param name="method">The method that carries it.</param>
    /// <param name="nth">Which one of its kind, from 1.</param>
    public void InTheBodyOf(MethodId method, int nth = 1) => Set(method, nth, PlacePart.Body);

    /// <summary>Behind a method and all of its content.</summary>
    /// <param name="method">The method.</param>
    /// <param name="nth">Which one of its kind, from 1.</param>
    public void After(MethodId method, int nth = 1) => Set(method, nth, PlacePart.After);

    /// <summary>At a place in words, such as "before the first broker's basic.ack".</summary>
    /// <param name="place">The words, see <see cref="ProtocolPlace.Parse"/>.</param>
    /// <exception cref="FormatException">They name no place.</exception>
    public void At(string place) => Set(new CutAtPlace(ProtocolPlace.Parse(place), _kind));

    private void Set(MethodId method, int nth, PlacePart part) =>
        Set(new CutAtPlace(new ProtocolPlace(method, nth, part), _kind));

    private void Set(Cut cut) => _faults.Inject(_isNext ? new CutNextConnection(cut) : new CutConnection(null, cut));
}
