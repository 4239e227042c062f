using System.Text;
using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Plays a <see cref="PublishGateScript"/> on a client, beside a model that says which publishes are on the
/// wire, which wait, and how each ends.</summary>
internal sealed class PublishGateModel
{
    private readonly PublishGateScript _script;
    private readonly WatchedClient _client;
    private readonly List<Entry> _entries = [];
    private readonly Queue<Entry> _waiting = [];
    private readonly SortedDictionary<ulong, Entry> _outstanding = [];
    private readonly List<string> _wire = [];
    private bool _isBlocked;
    private bool _isStopped;
    private long _setAside;
    private ulong _last;

    private PublishGateModel(PublishGateScript script, WatchedClient client)
    {
        _script = script;
        _client = client;
    }

    /// <summary>What has happened at least once.</summary>
    public HashSet<string> Seen { get; } = [];

    private bool MayPublish => !_isBlocked && !_isStopped
        && (!_script.Confirms || _outstanding.Count < _script.Window);

    /// <summary>Plays a script to its end, and ends the connection.</summary>
    public static async Task<PublishGateModel> RunAsync(PublishGateScript script, bool onThread)
    {
        var client = await WatchedClient.OpenAsync(
            new AmqpConnectionOptions { WhenBlocked = script.Policy },
            new AmqpChannelOptions { PublisherConfirms = script.Confirms, MaxUnsettledPublishes = script.Window },
            peer: new PipePeer(socket: onThread ? IoMode.Threaded : null));
        var model = new PublishGateModel(script, client);
        foreach (var op in script.Ops)
        {
            model.Play(op);
            if (op.Kind != GateOpKind.Publish)
            {
                await model.CheckAsync();
            }
        }

        await model.EndAsync();
        return model;
    }

    private void Play(GateOp op)
    {
        switch (op.Kind)
        {
            case GateOpKind.Publish:
                Publish(op.Value);
                break;
            case GateOpKind.Ack or GateOpKind.AckMultiple or GateOpKind.Nack when _outstanding.Count > 0:
                Settle(_outstanding.Keys.ElementAt(op.Value % _outstanding.Count), op.Kind);
                break;
            case GateOpKind.Block:
                _client.Peer.Queue(0, new ConnectionBlocked { Reason = "low on memory" });
                _isBlocked = true;
                Seen.Add("blocked");
                while (_script.Policy.Action == BlockedAction.Fail && _waiting.TryDequeue(out var failed))
                {
                    failed.Outcome = typeof(PublishBlockedException);
                    Seen.Add("failed while waiting");
                }

                break;
            case GateOpKind.Unblock:
                _client.Peer.Queue(0, new ConnectionUnblocked());
                _isBlocked = false;
                Admit();
                break;
            case GateOpKind.StopFlow or GateOpKind.StartFlow:
                _isStopped = op.Kind == GateOpKind.StopFlow;
                _client.Peer.Queue(1, new ChannelFlow { Active = !_isStopped });
                Seen.Add(_isStopped ? "stopped" : "started");
                Admit();
                break;
        }
    }

    private void Publish(int size)
    {
        var entry = new Entry($"m{_entries.Count}.{new string('x', size)}");
        _entries.Add(entry);
        var isFree = _waiting.Count == 0 && MayPublish;
        var isDetached = false;
        if (isFree)
        {
            Send(entry);
        }
        else if (_isBlocked && _script.Policy.Action != BlockedAction.Wait)
        {
            var cost = entry.Body.Length + BlockedPolicy.BytesPerMessage;
            if (cost > _script.Policy.MaxBytes - _setAside)
            {
                entry.Outcome = typeof(PublishBlockedException);
                Seen.Add("refused while blocked");
            }
            else
            {
                _setAside += cost;
                entry.SetAside = cost;
                isDetached = !_script.Confirms;
                _waiting.Enqueue(entry);
                Seen.Add("set aside");
            }
        }
        else
        {
            _waiting.Enqueue(entry);
            Seen.Add(_isBlocked ? "waits while blocked" : _isStopped ? "waits while stopped" : "waits for the window");
        }

        entry.Task = _client.Channel.PublishAsync("", "q", entry.Buffer).AsTask();
        if (isDetached || (isFree && !_script.Confirms))
        {
            entry.Outcome = typeof(void);
            Assert.True(entry.Task.IsCompletedSuccessfully, $"{entry.Body} should have been taken");
        }

        Reuse(entry);
    }

    // What was taken is the caller's memory again.
    private static void Reuse(Entry entry)
    {
        if (entry.Task.IsCompleted)
        {
            entry.Buffer.AsSpan().Fill((byte)'!');
        }
    }

    private void Settle(ulong tag, GateOpKind kind)
    {
        var multiple = kind == GateOpKind.AckMultiple;
        _client.Peer.Queue(1, kind == GateOpKind.Nack
            ? new BasicNack { DeliveryTag = tag }
            : new BasicAck { DeliveryTag = tag, Multiple = multiple });
        foreach (var settled in _outstanding.Keys.Where(n => n == tag || (multiple && n < tag)).ToArray())
        {
            _outstanding[settled].Outcome = kind == GateOpKind.Nack ? typeof(PublishNackedException) : typeof(void);
            _outstanding.Remove(settled);
        }

        Admit();
    }

    private void Admit()
    {
        while (_waiting.Count > 0 && MayPublish)
        {
            Send(_waiting.Dequeue());
            Seen.Add("let in later");
        }
    }

    private void Send(Entry entry)
    {
        _setAside -= entry.SetAside;
        entry.SetAside = 0;
        _wire.Add(entry.Body);
        if (_script.Confirms)
        {
            _outstanding.Add(++_last, entry);
        }
        else
        {
            entry.Outcome ??= typeof(void);
        }
    }

    private async Task CheckAsync()
    {
        await _client.BarrierAsync();
        Assert.Equal(_wire, _client.Published());
        Assert.Equal(_script.Confirms ? _outstanding.Count : 0, _client.Channel.UnsettledPublishes);
        Assert.InRange(_client.Channel.UnsettledPublishes, 0, _script.Window);
        Assert.Equal(_outstanding.Keys, _client.Channel.ListUnsettledPublishes());
        Assert.Equal(_isBlocked, _client.Connection.IsBlocked);
        foreach (var entry in _entries)
        {
            await CheckAsync(entry);
        }
    }

    private static async Task CheckAsync(Entry entry)
    {
        if (entry.Outcome is null)
        {
            Assert.False(entry.Task.IsCompleted, $"{entry.Body} has ended although it should wait");
            return;
        }

        var error = await Record.ExceptionAsync(() => entry.Task.Within());
        Assert.Equal(entry.Outcome, error?.GetType() ?? typeof(void));
        Reuse(entry);
    }

    private async Task EndAsync()
    {
        await CheckAsync();
        var aborting = _client.Connection.AbortAsync();
        await _client.Peer.LeaveAsync();
        await aborting.Within();
        foreach (var entry in _entries)
        {
            entry.Outcome ??= typeof(AmqpConnectionClosedException);
            await CheckAsync(entry);
        }

        Assert.Equal(_outstanding.Keys, _client.Channel.ListUnsettledPublishes());
        Assert.Equal(0, _client.Connection.PendingOutputBytes);
    }

    private sealed class Entry(string body)
    {
        public string Body { get; } = body;

        public byte[] Buffer { get; } = Encoding.ASCII.GetBytes(body);

        public Task Task { get; set; } = Task.CompletedTask;

        // The exception, void when it succeeded, null while it waits.
        public Type? Outcome { get; set; }

        public long SetAside { get; set; }
    }
}
