using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amqp.Engine.Base;

namespace Amqp.Engine.Wire;

/// <summary>
/// A field table (AMQP 0-9-1 §4.2.5.5): names and typed values. Immutable and thread-safe; keeps order and duplicate
/// names, and compares by them. At most 128 levels deep.
/// </summary>
[CollectionBuilder(typeof(FieldTable), nameof(FromPairs))]
public sealed class FieldTable : IEquatable<FieldTable>, IReadOnlyList<KeyValuePair<string, FieldValue>>
{
    private readonly KeyValuePair<string, FieldValue>[] _entries;

    /// <summary>Copies the entries in their order.</summary>
    /// <param name="entries">Names of at most 255 bytes of UTF-8, with their values.</param>
    /// <exception cref="ArgumentException">
    /// A name is too long, or the table is too deep or larger than 2 GiB.
    /// </exception>
    public FieldTable(params IEnumerable<KeyValuePair<string, FieldValue>> entries)
        : this(entries.ToArray())
    {
    }

    private FieldTable(KeyValuePair<string, FieldValue>[] entries)
    {
        _entries = entries;
        long length = 0;
        foreach (KeyValuePair<string, FieldValue> entry in entries)
        {
            length += WireSize.ShortString(entry.Key, nameof(entries)) + FieldCodec.Length(entry.Value);
            Depth = Math.Max(Depth, 1 + FieldCodec.Depth(entry.Value));
        }

        Depth = Math.Max(Depth, 1);
        if (Depth > AmqpLimits.HighestTableDepth)
        {
            throw new ArgumentException($"Tables nest at most {AmqpLimits.HighestTableDepth} deep.", nameof(entries));
        }

        if (length > int.MaxValue)
        {
            throw new ArgumentException("The table is too long.", nameof(entries));
        }

        EncodedLength = (int)length;
    }

    /// <summary>The table without entries.</summary>
    public static FieldTable Empty { get; } = new(Array.Empty<KeyValuePair<string, FieldValue>>());

    /// <summary>How many entries there are, those of nested tables not counted.</summary>
    public int Count => _entries.Length;

    /// <summary>The length of all entries in bytes, without the 4 bytes that tell it.</summary>
    public int EncodedLength { get; }

    /// <summary>How many levels there are; 1 when nothing is nested.</summary>
    public int Depth { get; }

    /// <inheritdoc/>
    public KeyValuePair<string, FieldValue> this[int index] => _entries[index];

    /// <summary>The first value of that name.</summary>
    /// <param name="key">The name.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public FieldValue this[string key] => TryGet(key, out FieldValue value)
        ? value
        : throw new KeyNotFoundException($"The table has no field {key}.");

    /// <summary>A table of these entries, in this order.</summary>
    /// <param name="entries">Names and values.</param>
    /// <exception cref="ArgumentException">
    /// A name is too long, or the table is too deep or larger than 2 GiB.
    /// </exception>
    public static FieldTable Create(params ReadOnlySpan<(string Key, FieldValue Value)> entries)
    {
        if (entries.IsEmpty)
        {
            return Empty;
        }

        var pairs = new KeyValuePair<string, FieldValue>[entries.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new(entries[i].Key, entries[i].Value);
        }

        return new FieldTable(pairs);
    }

    /// <summary>A table of these entries, in this order; what a collection expression calls.</summary>
    /// <param name="entries">Names and values.</param>
    /// <exception cref="ArgumentException">
    /// A name is too long, or the table is too deep or larger than 2 GiB.
    /// </exception>
    public static FieldTable FromPairs(ReadOnlySpan<KeyValuePair<string, FieldValue>> entries) =>
        entries.IsEmpty ? Empty : new FieldTable(entries.ToArray());

    /// <summary>Reads a table's entries, without the 4 bytes of length before them.</summary>
    /// <param name="body">The entries, to the last byte.</param>
    /// <param name="limits">How deep and how many they may be.</param>
    /// <param name="table">The table, or null.</param>
    /// <param name="error">What was wrong; 502.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        AmqpLimits limits,
        [NotNullWhen(true)] out FieldTable? table,
        out WireError error)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return FieldCodec.TryRead(body, limits, out table, out error);
    }

    /// <summary>The first value of that name.</summary>
    /// <param name="key">The name; case counts.</param>
    /// <param name="value">The value, or void.</param>
    public bool TryGet(string key, out FieldValue value)
    {
        foreach (ref readonly KeyValuePair<string, FieldValue> entry in _entries.AsSpan())
        {
            if (string.Equals(entry.Key, key, StringComparison.Ordinal))
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Whether there is a value of that name.</summary>
    /// <param name="key">The name; case counts.</param>
    public bool ContainsKey(string key) => TryGet(key, out _);

    /// <summary>
    /// A table where the first entry of that name has the new value, or where it was added at the end.
    /// </summary>
    /// <param name="key">The name, at most 255 bytes of UTF-8.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is too long, or the table becomes too deep or too long.</exception>
    public FieldTable With(string key, FieldValue value)
    {
        int index = Array.FindIndex(_entries, e => string.Equals(e.Key, key, StringComparison.Ordinal));
        var entries = new KeyValuePair<string, FieldValue>[index < 0 ? Count + 1 : Count];
        _entries.CopyTo(entries, 0);
        entries[index < 0 ? Count : index] = new(key, value);
        return new FieldTable(entries);
    }

    /// <inheritdoc/>
    public bool Equals(FieldTable? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || other.Count != Count || other.EncodedLength != EncodedLength)
        {
            return false;
        }

        for (int i = 0; i < _entries.Length; i++)
        {
            if (!string.Equals(_entries[i].Key, other._entries[i].Key, StringComparison.Ordinal)
                || !_entries[i].Value.Equals(other._entries[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldTable);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (KeyValuePair<string, FieldValue> entry in _entries)
        {
            hash.Add(entry.Key, StringComparer.Ordinal);
            hash.Add(entry.Value.GetHashCode());
        }

        return hash.ToHashCode();
    }

    /// <summary>The entries for people: <c>{ name = value, … }</c>.</summary>
    public override string ToString() => Count == 0
        ? "{ }"
        : "{ " + string.Join(", ", _entries.Select(e => $"{e.Key} = {e.Value}")) + " }";

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, FieldValue>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, FieldValue>>)_entries).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    /// <summary>Takes the array over, without a copy.</summary>
    internal static FieldTable Own(KeyValuePair<string, FieldValue>[] entries) =>
        entries.Length == 0 ? Empty : new FieldTable(entries);
}
