using System.Text;
using Amqp.Property.ReferenceCodec;

namespace Amqp.GoldenCapture;

/// <summary>The field tables that the scenarios send.</summary>
internal static class Tables
{
    // Above the tables: static properties are set in the order of the text.
    private static RefValue True { get; } = new('t', 1UL);

    /// <summary>Client properties with the capabilities that make RabbitMQ send its extensions.</summary>
    public static RefEntry[] Client { get; } =
    [
        Entry("product", Text("Amqp.GoldenCapture")),
        Entry("capabilities", new RefValue('F', new RefEntry[]
        {
            Entry("authentication_failure_close", True),
            Entry("basic.nack", True),
            Entry("connection.blocked", True),
            Entry("consumer_cancel_notify", True),
            Entry("exchange_exchange_bindings", True),
            Entry("publisher_confirms", True),
        })),
    ];

    /// <summary>Every field type, with corner values, a duplicate key, and nesting.</summary>
    public static RefEntry[] EveryType { get; } =
    [
        Entry("t", True),
        Entry("b", new RefValue('b', 0x80UL)),
        Entry("B", new RefValue('B', 0xFFUL)),
        Entry("s", new RefValue('s', 0x8000UL)),
        Entry("u", new RefValue('u', 0xFFFFUL)),
        Entry("I", new RefValue('I', 0x80000000UL)),
        Entry("i", new RefValue('i', 0xFFFFFFFFUL)),
        Entry("l", new RefValue('l', 0x8000000000000000UL)),
        Entry("L", new RefValue('L', 0x7FFFFFFFFFFFFFFFUL)),
        Entry("f", new RefValue('f', 0x40490FDBUL)),
        Entry("d", new RefValue('d', 0x400921FB54442D18UL)),
        Entry("negative-zero", new RefValue('d', 0x8000000000000000UL)),
        Entry("D", new RefValue('D', 0x0280000001UL)),
        Entry("S", Text("text")),
        Entry("not-utf-8", new RefValue('S', new byte[] { 0xFF, 0xFE, 0x00 })),
        Entry("x", new RefValue('x', new byte[] { 0, 1, 2, 255 })),
        Entry("A", new RefValue('A', new[] { new RefValue('I', 1UL), new RefValue('V', null), Text("a"), Empty('A') })),
        Entry("T", new RefValue('T', 1_700_000_000UL)),
        Entry("F", new RefValue('F', new[] { Entry("inner", Empty('F')), Entry("", Text("")) })),
        Entry("V", new RefValue('V', null)),
        Entry("twice", new RefValue('I', 1UL)),
        Entry("twice", new RefValue('I', 2UL)),
    ];

    public static RefEntry Entry(string key, RefValue value) => new(Encoding.UTF8.GetBytes(key), value);

    public static RefValue Text(string text) => new('S', Encoding.UTF8.GetBytes(text));

    public static RefValue Int(int value) => new('I', (ulong)(uint)value);

    private static RefValue Empty(char tag) =>
        new(tag, tag == 'A' ? Array.Empty<RefValue>() : Array.Empty<RefEntry>());
}
