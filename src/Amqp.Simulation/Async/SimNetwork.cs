using System.Net.Sockets;
using Amqp.Engine.Base;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;
using Amqp.Transport;

namespace Amqp.Simulation.Async;

/// <summary>The network of a world: makes links from clients to the broker, and is told what goes wrong with
/// them.</summary>
internal sealed class SimNetwork(AsyncWorld world, InMemoryBroker broker, LinkOptions options, RandomStreams random)
    : IConnector
{
    private readonly List<SimStream> _streams = [];
    private readonly Queue<(ConnectFailure How, FailConnects Fault)> _failures = new();
    private readonly List<Cut> _nextCuts = [];
    private MonoTime _partedUntil;
    private int _count;

    public int OpenConnections => _streams.Count(static stream => !stream.IsClosedByClient);

    /// <summary>Told of each fault of the network when it happens.</summary>
    public Action<object>? OnFault { get; set; }

    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        world.Enter(nameof(ConnectAsync));
        int number = ++_count;
        await Task.Delay(options.Latency, world.Clock, cancellationToken).ConfigureAwait(false);
        if (world.Clock.Now < _partedUntil)
        {
            world.Note(TraceKind.Fault, TraceLane.Link, number, "nobody answers: the network is parted");
            await Task.Delay(Timeout.InfiniteTimeSpan, world.Clock, cancellationToken).ConfigureAwait(false);
        }

        ConnectFailure? failure = TakeFailure(number);
        switch (failure)
        {
            case ConnectFailure.Refused:
                throw new SocketException((int)SocketError.ConnectionRefused);
            case ConnectFailure.Hangs:
                await Task.Delay(Timeout.InfiniteTimeSpan, world.Clock, cancellationToken).ConfigureAwait(false);
                break;
        }

        await Task.Delay(options.Latency, world.Clock, cancellationToken).ConfigureAwait(false);
        if (failure is null && broker.IsDown)
        {
            world.Note(
                TraceKind.Fault, TraceLane.Link, number, "the connection is refused: the broker is down");
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        SimStream stream = Open(number);
        stream.Start(failure is null ? broker.Connect() : StrangePeer.Connect(failure.Value));
        return TransportStream.FromPipe(stream);
    }

    public void Fail(FailConnects fault)
    {
        for (int i = 0; i < fault.Count; i++)
        {
            _failures.Enqueue((fault.Failure, fault));
        }
    }

    /// <summary>Cuts one connection, or all that are open, or the next one when none is.</summary>
    public void Cut(ulong? connection, Cut cut)
    {
        SimStream[] open = [.. _streams.Where(each => !each.IsOver && !each.IsClosedByClient
            && (connection is null || (ulong)each.Number == connection))];
        if (open.Length == 0)
        {
            CutNext(cut);
        }

        foreach (SimStream stream in open)
        {
            Cut(stream, cut);
        }
    }

    public void CutNext(Cut cut) => _nextCuts.Add(cut);

    public void Part(LinkDirection? direction, TimeSpan time)
    {
        Hold(direction, time);
        MonoTime until = world.Clock.Now + time;
        _partedUntil = until > _partedUntil ? until : _partedUntil;
    }

    public void Hold(LinkDirection? direction, TimeSpan? time)
    {
        foreach (SimStream stream in _streams)
        {
            stream.Hold(direction, time is { } limited ? world.Clock.Now + limited : MonoTime.Never);
        }
    }

    public void Release(LinkDirection? direction)
    {
        _partedUntil = world.Clock.Now;
        foreach (SimStream stream in _streams)
        {
            stream.Release(direction);
        }
    }

    public void Heal()
    {
        _failures.Clear();
        _nextCuts.Clear();
        Release(null);
        foreach (SimStream stream in _streams)
        {
            stream.EndSilence();
        }
    }

    public void Abort()
    {
        foreach (SimStream stream in _streams)
        {
            stream.Abort();
        }
    }

    private SimStream Open(int number)
    {
        var stream = new SimStream(world, number, options, random.For($"connection {number}").NextUInt64())
        {
            OnCut = cut => OnFault?.Invoke(cut),
        };
        _streams.RemoveAll(static each => each.IsOver && each.IsClosedByClient);
        _streams.Add(stream);
        world.Note(TraceKind.Opened, TraceLane.Client, number, "connected");
        Cut[] cuts = [.. _nextCuts];
        _nextCuts.Clear();
        foreach (Cut cut in cuts)
        {
            Cut(stream, cut);
        }

        return stream;
    }

    private void Cut(SimStream stream, Cut cut)
    {
        if (cut is CutAtTime { After.Ticks: > 0 } later)
        {
            world.Clock.Schedule(world.Clock.Now + later.After, () => stream.Cut(later));
        }
        else
        {
            stream.Cut(cut);
        }
    }

    private ConnectFailure? TakeFailure(int number)
    {
        if (!_failures.TryDequeue(out var failure))
        {
            return null;
        }

        world.Note(
            TraceKind.Fault, TraceLane.Link, number, $"connecting fails: {failure.How}");
        OnFault?.Invoke(failure.Fault);
        return failure.How;
    }
}
