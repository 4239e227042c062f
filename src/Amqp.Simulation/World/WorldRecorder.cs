using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Trace;

namespace Amqp.Simulation.World;

/// <summary>
/// Takes down all that happens in a run: as a hash always, as lines only where somebody wants to read them.
/// </summary>
/// <remarks>
/// The hash is over numbers and bytes, never over formatted text, so that a run without lines has the same hash as one
/// with them and does not pay for them. Every draw of a random number is part of it.
/// </remarks>
internal sealed class WorldRecorder(TraceLog? lines, SimTrace? evidence)
{
    private const ulong Prime = 0x9E3779B97F4A7C15;

    private ulong _hash = 0xCBF29CE484222325;

    public ulong Hash => BitOperations.RotateLeft(_hash, 29) * Prime;

    public MonoTime Now { get; set; }

    /// <summary>Whose events and commands come next, from 0.</summary>
    public int Client { get; set; }

    public bool KeepsLines => lines is not null;

    public void Bytes(SimConnection connection, LinkDirection direction, bool isRead, ReadOnlySpan<byte> bytes)
    {
        Mix(1, ((ulong)connection.Number << 8) | ((ulong)direction << 1) | (isRead ? 1ul : 0), (ulong)bytes.Length);
        Mix(bytes);
        lines?.AddBytes(Now, connection.Lane(direction), isRead ? "read" : "write", bytes);
        evidence?.Add(
            Now,
            isRead ? TraceKind.Received : TraceKind.Sent,
            isRead == (direction == LinkDirection.ToBroker) ? TraceLane.Broker : TraceLane.Client,
            connection.Number,
            bytes.ToArray());
    }

    public void End(SimConnection connection, LinkDirection direction, LinkEnd end)
    {
        Mix(2, ((ulong)connection.Number << 8) | (ulong)direction, (ulong)end);
        lines?.Add(Now, connection.Lane(direction), end.ToString());
        evidence?.Add(
            Now,
            TraceKind.Ended,
            direction == LinkDirection.ToBroker ? TraceLane.Broker : TraceLane.Client,
            connection.Number,
            end == LinkEnd.Reset ? "reset" : "end of stream");
    }

    public void Event(EventRecord e)
    {
        Mix(3 ^ Whose, ((ulong)e.Kind << 32) | e.Channel | (e.Flag ? 1ul << 62 : 0), e.Request.Value);
        Mix(e.DeliveryTag + (e.MessageCount * Prime), e.FromSequence, e.ToSequence);
        Mix(e.BodySize, (ulong)e.ReplyCode, (ulong)(e.Reason?.Kind ?? 0));
        Mix(e.ConsumerTag);
        Mix(e.RoutingKey);
        Mix(e.Body.Bytes.Span);
        lines?.AddEvent(Now, Lane("event"), e);
        if (e.Reason is { } reason)
        {
            evidence?.Add(Now, TraceKind.Note, TraceLane.Client, 0, Named($"{e.Kind} {reason}"));
        }
    }

    public void Command(CommandRecord command, int index)
    {
        Mix(4 ^ Whose, ((ulong)(uint)index << 32) | command.Channel, (ulong)command.Result);
        Mix(command.Request.Value, command.Sequence, 0);
        lines?.Add(Now, Lane("step"), command.ToString());
        evidence?.Add(Now, TraceKind.Note, TraceLane.Client, 0, Named($"{command.Step}: {command.Result}"));
    }

    public void PassedOver(Step step, int index, string why)
    {
        Mix(5 ^ Whose, (ulong)(uint)index, (ulong)why.Length);
        lines?.Add(Now, Lane("step"), $"{why}: {step}");
    }

    public void Timer(SimConnection connection, TimerKind kind)
    {
        Mix(6, (ulong)connection.Number, (ulong)kind);
        lines?.Add(Now, "timer", kind.ToString());
    }

    public void Fault(int index, object fault, string? refusal = null)
    {
        Mix(7, (ulong)(uint)index, refusal is null ? 0ul : 1);
        lines?.Add(Now, "fault", refusal is null ? fault.ToString()! : $"{fault}: {refusal}");
        evidence?.Add(Now, TraceKind.Fault, TraceLane.Link, 0, refusal is null ? $"{fault}" : $"{fault}: {refusal}");
    }

    public void World(WorldMark what, int number)
    {
        Mix(8, (ulong)what, (ulong)(uint)number);
        lines?.Add(Now, "world", string.Create(CultureInfo.InvariantCulture, $"{what} {number}"));
        evidence?.Add(
            Now,
            what == WorldMark.Accepted ? TraceKind.Opened : TraceKind.Fault,
            what == WorldMark.Accepted ? TraceLane.Client : TraceLane.Link,
            what == WorldMark.HealedByTime ? 0 : number,
            what switch
            {
                WorldMark.Accepted => "connected",
                WorldMark.HealedByTime => "all faults end",
                _ => $"connecting fails: {what}",
            });
    }

    public void Draw(string key, int value)
    {
        Mix(9, (ulong)key.Length, (ulong)(uint)value);
        lines?.Add(Now, "draw", string.Create(CultureInfo.InvariantCulture, $"{key} {value}"));
    }

    private string Named(string text) =>
        Client == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"client {Client + 1}: {text}");

    private ulong Whose => (ulong)Client << 32;

    private string Lane(string what) =>
        Client == 0 ? what : string.Create(CultureInfo.InvariantCulture, $"{what}{Client + 1}");

    private void Mix(ulong kind, ulong a, ulong b)
    {
        _hash = Mixed(_hash, kind ^ (ulong)Now.Ticks);
        _hash = Mixed(_hash, a);
        _hash = Mixed(_hash, b);
    }

    private void Mix(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            _hash = Mixed(_hash, c);
        }
    }

    private void Mix(ReadOnlySpan<byte> bytes)
    {
        ulong hash = _hash;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mixed(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            hash = Mixed(hash, b);
        }

        _hash = hash;
    }

    private static ulong Mixed(ulong hash, ulong value) =>
        (BitOperations.RotateLeft(hash, 5) ^ value) * Prime;
}
