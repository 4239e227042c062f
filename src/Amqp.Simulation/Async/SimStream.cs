using System.Buffers;
using System.IO.Pipelines;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Async;

/// <summary>
/// One connection of a world: the client's end is a pipe like any other, the broker's end too, and what is written to
/// one comes out of the other as the link lets it, in virtual time.
/// </summary>
internal sealed class SimStream : IDuplexPipe, IDisposable
{
    private readonly AsyncWorld _world;
    private readonly SimLink _link;
    private readonly IDuplexPipe _client;
    private readonly IDuplexPipe _inner;
    private readonly SimFlow[] _flows;

    public SimStream(AsyncWorld world, int number, LinkOptions options, ulong seed)
    {
        _world = world;
        Number = number;
        (_inner, _client) = PipePair.Create();
        _link = new SimLink(options, new RandomStreams(seed), Schedule);
        _link.WatchFromStart();
        _flows = [new SimFlow(TraceLane.Client), new SimFlow(TraceLane.Broker)];
    }

    public int Number { get; }

    public PipeReader Input => _client.Input;

    public PipeWriter Output => _client.Output;

    /// <summary>True once the client has put the connection away.</summary>
    public bool IsClosedByClient { get; private set; }

    /// <summary>True when nothing travels any more.</summary>
    public bool IsOver => _flows[0].IsEnded && _flows[1].IsEnded;

    /// <summary>Told of each cut when it happens.</summary>
    public Action<Cut>? OnCut
    {
        set => _link.OnCut = cut =>
        {
            _world.Note(TraceKind.Fault, TraceLane.Link, Number, "cut " + FaultText.Write(cut));
            value?.Invoke(cut);
        };
    }

    public void Start(IDuplexPipe broker)
    {
        _flows[(int)LinkDirection.ToBroker].Target = broker.Output;
        _flows[(int)LinkDirection.ToClient].Target = _inner.Output;
        _ = PumpAsync(_inner.Input, LinkDirection.ToBroker);
        _ = PumpAsync(broker.Input, LinkDirection.ToClient);
    }

    public void Cut(Cut cut) => _link.Add(cut, _world.Clock.Now);

    public void Hold(LinkDirection? direction, MonoTime until) => _link.Hold(direction, until);

    public void Release(LinkDirection? direction) => _link.Release(direction, _world.Clock.Now);

    public void EndSilence() => _link.EndSilence(_world.Clock.Now);

    public void Abort() => _link.CutNow(CutKind.Reset, LinkDirection.ToBroker, _world.Clock.Now);

    public void Dispose() => IsClosedByClient = true;

    /// <summary>Takes from one end and puts on the link, as far as the link has room.</summary>
    private async Task PumpAsync(PipeReader reader, LinkDirection direction)
    {
        SimFlow flow = _flows[(int)direction];
        try
        {
            while (true)
            {
                ReadResult result = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                byte[] bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                if (bytes.Length > 0)
                {
                    _world.Trace.Add(_world.Clock.Now, TraceKind.Sent, flow.Sender, Number, bytes);
                    await SendAsync(bytes, direction).ConfigureAwait(false);
                }

                if (result.IsCompleted)
                {
                    _link.Close(direction, _world.Clock.Now);
                    break;
                }
            }

            await reader.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or OperationCanceledException)
        {
            // Whoever wrote has thrown its end away.
            _link.CutNow(CutKind.Reset, direction, _world.Clock.Now);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, LinkDirection direction)
    {
        SimFlow flow = _flows[(int)direction];
        while (true)
        {
            bytes = bytes[_link.Send(direction, bytes, _world.Clock.Now)..];
            if (bytes.IsEmpty)
            {
                return;
            }

            await flow.WaitForRoomAsync().ConfigureAwait(false);
        }
    }

    private void Schedule(MonoTime at, LinkSignal signal) => _world.Clock.Schedule(at, () => OnSignal(signal));

    private void OnSignal(LinkSignal signal)
    {
        SimFlow flow = _flows[(int)signal.Direction];
        if (flow.IsEnded)
        {
            return;
        }

        if (flow.IsFull)
        {
            flow.HasMissed = true;
        }
        else if (signal.Kind == LinkSignalKind.Read)
        {
            Deliver(signal.Direction, flow);
        }
        else if (_link.TryReadEnd(signal.Direction, _world.Clock.Now, out LinkEnd end))
        {
            _world.Note(TraceKind.Ended, flow.Receiver, Number, end == LinkEnd.Fin ? "end of stream" : "reset");
            flow.IsEnded = true;
            flow.TellRoom();
            flow.Target!.Complete(
                end == LinkEnd.Reset ? new IOException("The connection was reset by the peer.") : null);
        }
    }

    private void Deliver(LinkDirection direction, SimFlow flow)
    {
        byte[] chunk = _link.Read(direction, _world.Clock.Now);
        if (chunk.Length == 0)
        {
            return;
        }

        _world.Trace.Add(_world.Clock.Now, TraceKind.Received, flow.Receiver, Number, chunk);
        flow.TellRoom();
        try
        {
            ValueTask<FlushResult> flush = flow.Target!.WriteAsync(chunk, CancellationToken.None);
            if (!flush.IsCompletedSuccessfully)
            {
                flow.IsFull = true;
                _ = GoOnAsync(flush.AsTask(), direction, flow);
            }
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // The receiver has thrown its end away: what still arrives there is nobody's.
        }
    }

    /// <summary>The receiver did not read for so long that its pipe is full: the link waits for it.</summary>
    private async Task GoOnAsync(Task flush, LinkDirection direction, SimFlow flow)
    {
        await flush.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        flow.IsFull = false;
        if (flow.HasMissed)
        {
            flow.HasMissed = false;
            Schedule(_world.Clock.Now, new LinkSignal(LinkSignalKind.Read, direction));
            Schedule(_world.Clock.Now, new LinkSignal(LinkSignalKind.End, direction));
        }
    }
}
