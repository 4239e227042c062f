using System.Buffers;
using Amqp.Engine.Base;
using Amqp.FakeBroker;

namespace Amqp.Property.Conformance;

/// <summary>The broker's core in this process, under virtual time: waiting costs nothing.</summary>
internal sealed class CoreTarget : IConformanceTarget
{
    private readonly BrokerCore _core;
    private readonly List<BrokerConnection> _dirty = [];
    private readonly Dictionary<BrokerConnection, Stream> _streams = [];
    private MonoTime _now = MonoTime.Zero;

    public CoreTarget(BrokerOptions options)
    {
        Core = _core = new BrokerCore(options);
    }

    public BrokerCore Core { get; }

    public TimeSpan Now => _now - MonoTime.Zero;

    public DateTimeOffset UtcNow => _core.UtcNow;

    public TimeSpan Idle => TimeSpan.FromMilliseconds(150);

    public bool HasControl => true;

    public IConformanceStream Connect()
    {
        var stream = new Stream(this);
        Settle();
        return stream;
    }

    public void Wait(IReadOnlyCollection<IConformanceStream> streams, TimeSpan limit)
    {
        var end = _now + limit;
        while (!streams.Any(each => ((Stream)each).HasNews) && _now < end)
        {
            var next = _core.NextDeadline;
            _now = next < end ? (next > _now ? next : _now) : end;
            _core.Elapse(_now);
            Settle();
        }
    }

    public void Control(IReadOnlyList<string> arguments)
    {
        _core.Elapse(_now);
        RabbitmqCtl.Run(_core, arguments);
        Settle();
    }

    public void Dispose()
    {
        foreach (var stream in _streams.Values.ToArray())
        {
            stream.Close();
        }
    }

    /// <summary>Gives connections that may be read again what they have not consumed yet.</summary>
    private void Settle()
    {
        while (_core.DrainDirty(_dirty) > 0)
        {
            BrokerConnection[] dirty = [.. _dirty];
            _dirty.Clear();
            foreach (var connection in dirty)
            {
                if (_streams.TryGetValue(connection, out var stream))
                {
                    stream.Feed();
                }
            }
        }
    }

    private sealed class Stream : IConformanceStream
    {
        private readonly CoreTarget _target;
        private readonly BrokerConnection _connection;
        private readonly ArrayBufferWriter<byte> _output = new();
        private byte[] _pending = [];
        private bool _isEndTold;

        public Stream(CoreTarget target)
        {
            _target = target;
            _connection = target._core.Accept(_output, target._now);
            target._streams.Add(_connection, this);
        }

        public bool HasNews => _output.WrittenCount > 0 || (_connection.WantsClose && !_isEndTold);

        public void Write(byte[] octets)
        {
            _pending = [.. _pending, .. octets];
            Feed();
            _target.Settle();
        }

        public void Feed()
        {
            if (_pending.Length > 0)
            {
                var input = new ReadOnlySequence<byte>(_pending);
                var consumed = _connection.Receive(input, _target._now);
                _pending = input.Slice(consumed).ToArray();
            }
        }

        public bool TryRead(out byte[] octets)
        {
            octets = _output.WrittenSpan.ToArray();
            _output.Clear();
            if (octets.Length == 0 && _connection.WantsClose && !_isEndTold)
            {
                _isEndTold = true;
                return true;
            }

            return octets.Length > 0;
        }

        public void Close()
        {
            _connection.ReceiveEnd(_target._now);
            _target._streams.Remove(_connection);
            _target.Settle();
        }
    }
}
