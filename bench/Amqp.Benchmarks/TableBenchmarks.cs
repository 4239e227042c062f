using Amqp.Engine.Base;
using Amqp.Engine.Wire;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>Field tables: the headers of a message, five entries. Decoding makes strings and so allocates; it is no
/// hot path.</summary>
[MemoryDiagnoser]
[MinColumn]
public class TableBenchmarks
{
    private readonly FieldTable _table = FieldTable.Create(
        ("x-retries", 3), ("x-first-death-queue", "orders"), ("x-priority", (long)9), ("traced", true), ("ratio", 0.5));

    private byte[] _encoded = [];
    private byte[] _output = [];

    /// <summary>Encodes the table once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _output = new byte[_table.EncodedLength + 4];
        EncodeTable();
        _encoded = _output[4..];
        if (!FieldTable.TryRead(_encoded, AmqpLimits.Default, out var again, out _) || !again!.Equals(_table))
        {
            throw new InvalidOperationException("The table does not survive a round trip.");
        }
    }

    /// <summary>Table to bytes, with its length.</summary>
    [Benchmark]
    public int EncodeTable()
    {
        var writer = new WireWriter(_output);
        writer.WriteTable(_table);
        return writer.Written;
    }

    /// <summary>Bytes to table.</summary>
    [Benchmark]
    public int DecodeTable()
    {
        FieldTable.TryRead(_encoded, AmqpLimits.Default, out var table, out _);
        return table!.Count;
    }
}
