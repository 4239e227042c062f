using System.IO.MemoryMappedFiles;

namespace Amqp.Compare.Client;

/// <summary>Times one client: warm-up, then a measured window at whose two ends every counter is read.</summary>
internal sealed class Meter(ClientArguments arguments)
{
    private const int MaxSamples = 2_000_000;

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly MemoryMappedViewAccessor? _counters = OpenCounters(arguments.Counters);
    private readonly long[] _samples = arguments.Workload is "W4" or "W6" ? new long[MaxSamples] : [];
    private readonly long[] _callsAtBegin = new long[3];
    private long _start = TimeProvider.System.GetTimestamp();
    private int _sampleCount;
    private bool _measuring;
    private long _messagesAtBegin;
    private long _allocatedAtBegin;
    private Environment.ProcessCpuUsage _cpuAtBegin;
    private int _gen0;
    private int _gen1;
    private int _gen2;

    /// <summary>The timestamp now.</summary>
    public long Now => _clock.GetTimestamp();

    /// <summary>The result, once <see cref="End"/> was called.</summary>
    public ClientResult? Result { get; private set; }

    /// <summary>Says whether the running part is over. Cheap, but not free: call it every so many messages.</summary>
    public Phase Look(long messages)
    {
        bool over;
        if (arguments.Limit > 0)
        {
            over = messages >= (_measuring ? arguments.Limit : arguments.Limit / 2);
        }
        else
        {
            over = _clock.GetElapsedTime(_start).TotalSeconds
                >= (_measuring ? arguments.MeasureSeconds : arguments.WarmupSeconds);
        }

        return !over ? Phase.Running : _measuring ? Phase.Done : Phase.WarmedUp;
    }

    /// <summary>Starts the measured window.</summary>
    public void Begin(long messages)
    {
        _measuring = true;
        _messagesAtBegin = messages;
        (_gen0, _gen1, _gen2) = (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
        ReadCalls(_callsAtBegin);
        _allocatedAtBegin = GC.GetTotalAllocatedBytes(precise: true);
        _cpuAtBegin = Environment.CpuUsage;
        _start = _clock.GetTimestamp();
    }

    /// <summary>Notes one round trip (W4, W6); those of the warm-up are not kept.</summary>
    public void Sample(long started)
    {
        if (_measuring && _sampleCount < MaxSamples)
        {
            _samples[_sampleCount++] = _clock.GetTimestamp() - started;
        }
    }

    /// <summary>Ends the measured window.</summary>
    public void End(long messages)
    {
        var seconds = _clock.GetElapsedTime(_start).TotalSeconds;
        var cpu = Environment.CpuUsage;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocatedAtBegin;
        var calls = new long[3];
        var counted = ReadCalls(calls);
        Array.Sort(_samples, 0, _sampleCount);
        Result = new ClientResult
        {
            Messages = messages - _messagesAtBegin,
            Seconds = seconds,
            CpuSeconds = (cpu.TotalTime - _cpuAtBegin.TotalTime).TotalSeconds,
            UserSeconds = (cpu.UserTime - _cpuAtBegin.UserTime).TotalSeconds,
            AllocatedBytes = allocated,
            Gen0 = GC.CollectionCount(0) - _gen0,
            Gen1 = GC.CollectionCount(1) - _gen1,
            Gen2 = GC.CollectionCount(2) - _gen2,
            Sends = counted ? calls[0] - _callsAtBegin[0] : null,
            Receives = counted ? calls[1] - _callsAtBegin[1] : null,
            Waits = counted ? calls[2] - _callsAtBegin[2] : null,
            P50 = Percentile(50),
            P99 = Percentile(99),
        };
    }

    private double? Percentile(int percent) => _sampleCount == 0
        ? null
        : _clock.GetElapsedTime(0, _samples[(int)((_sampleCount - 1L) * percent / 100)]).TotalMicroseconds;

    private bool ReadCalls(long[] calls)
    {
        if (_counters is null)
        {
            return false;
        }

        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = _counters.ReadInt64(i * sizeof(long));
        }

        return true;
    }

    private static MemoryMappedViewAccessor? OpenCounters(string path) => path.Length == 0
        ? null
        : MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 4096).CreateViewAccessor(0, 4096);
}
