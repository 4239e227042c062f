using System.Globalization;
using Amqp.Engine.Spec;

namespace Amqp.Simulation.Scenarios;

/// <summary>Steps in words, both ways.</summary>
internal static class StepWords
{
    /// <summary>Reads the step that begins with this word; null when none does.</summary>
    public static Step? Read(string first, WordReader words) => first switch
    {
        "settle" => new Step.Settle(),
        "close" => new Step.Close(),
        "wait" => new Step.Wait(words.Time()),
        "open" => new Step.OpenChannel(Slot(words)),
        "close-channel" => new Step.CloseChannel(Slot(words)),
        "declare" => new Step.DeclareQueue(Slot(words), Queue(words), words.Has("durable")),
        "delete" => new Step.DeleteQueue(Slot(words), Queue(words)),
        "confirm" => new Step.ConfirmSelect(Slot(words)),
        "qos" => new Step.Qos(Slot(words), checked((ushort)words.Count("a prefetch"))),
        "publish" => new Step.Publish(
            Slot(words),
            words.Next("an exchange, \"\" for the default one,"),
            words.Next("a routing key"),
            words.Count("a count of bytes"),
            words.Has("mandatory"),
            words.Has("persistent")),
        "consume" => new Step.Consume(Slot(words), Queue(words), words.Next("a consumer tag"), words.Has("no-ack")),
        "cancel" => new Step.Cancel(Slot(words), words.Next("a consumer tag")),
        "get" => new Step.Get(Slot(words), Queue(words), words.Has("no-ack")),
        "ack" => new Step.Ack(Slot(words), words.Has("multiple")),
        "nack" => new Step.Nack(Slot(words), words.Has("multiple"), !words.Has("drop")),
        "reject" => new Step.Reject(Slot(words), !words.Has("drop")),
        _ => ReadMethod(first, words),
    };

    public static string Write(Step step) => step switch
    {
        Step.Settle => "settle",
        Step.Close => "close",
        Step.Wait s => "wait " + DurationText.Write(s.Span),
        Step.OpenChannel s => Line("open", s.Slot),
        Step.CloseChannel s => Line("close-channel", s.Slot),
        Step.DeclareQueue s => Line("declare", s.Slot, s.Queue) + If(s.Durable, "durable"),
        Step.DeleteQueue s => Line("delete", s.Slot, s.Queue),
        Step.ConfirmSelect s => Line("confirm", s.Slot),
        Step.Qos s => Line("qos", s.Slot, s.Prefetch.ToString(CultureInfo.InvariantCulture)),
        Step.Publish s => Line(
                "publish", s.Slot, s.Exchange, s.RoutingKey, s.BodySize.ToString(CultureInfo.InvariantCulture))
            + If(s.Mandatory, "mandatory") + If(s.Persistent, "persistent"),
        Step.Consume s => Line("consume", s.Slot, s.Queue, s.ConsumerTag) + If(s.NoAck, "no-ack"),
        Step.Cancel s => Line("cancel", s.Slot, s.ConsumerTag),
        Step.Get s => Line("get", s.Slot, s.Queue) + If(s.NoAck, "no-ack"),
        Step.Ack s => Line("ack", s.Slot) + If(s.Multiple, "multiple"),
        Step.Nack s => Line("nack", s.Slot) + If(s.Multiple, "multiple") + If(!s.Requeue, "drop"),
        Step.Reject s => Line("reject", s.Slot) + If(!s.Requeue, "drop"),
        Step.Call s when WriteMethod(s.Slot, s.Method) is { } words && IsWhole(words, step) => words,
        Step.Send { Method: BasicAck ack } s when ack == new BasicAck { DeliveryTag = ack.DeliveryTag } =>
            Line("acknowledge", s.Slot, ack.DeliveryTag.ToString(CultureInfo.InvariantCulture)),
        _ => throw new FormatException($"{step} has no words; {nameof(Scenario.ToCSharp)} writes it"),
    };

    private static Step? ReadMethod(string first, WordReader words) => first switch
    {
        "declare-exchange" => new Step.Call(
            Slot(words), new ExchangeDeclare { Exchange = words.Next("an exchange"), Type = words.Next("a type") }),
        "bind" => new Step.Call(
            Slot(words),
            new QueueBind
            {
                Queue = Queue(words),
                Exchange = words.Next("an exchange"),
                RoutingKey = words.Next("a routing key"),
            }),
        "purge" => new Step.Call(Slot(words), new QueuePurge { Queue = Queue(words) }),
        "expect" => new Step.Call(Slot(words), new QueueDeclare { Queue = Queue(words), Passive = true }),
        "tx-select" => new Step.Call(Slot(words), new TxSelect()),
        "tx-commit" => new Step.Call(Slot(words), new TxCommit()),
        "tx-rollback" => new Step.Call(Slot(words), new TxRollback()),
        "acknowledge" => new Step.Send(
            Slot(words), new BasicAck { DeliveryTag = (ulong)words.Count("a delivery tag") }),
        _ => null,
    };

    private static string? WriteMethod(int slot, AmqpMethod method) => method switch
    {
        ExchangeDeclare m => Line("declare-exchange", slot, m.Exchange, m.Type),
        QueueBind m => Line("bind", slot, m.Queue, m.Exchange, m.RoutingKey),
        QueuePurge m => Line("purge", slot, m.Queue),
        QueueDeclare { Passive: true } m => Line("expect", slot, m.Queue),
        TxSelect => Line("tx-select", slot),
        TxCommit => Line("tx-commit", slot),
        TxRollback => Line("tx-rollback", slot),
        _ => null,
    };

    /// <summary>Whether the words say all of a step: its method may have arguments that have none.</summary>
    private static bool IsWhole(string line, Step step)
    {
        var words = new WordReader(line);
        return step.Equals(Read(words.Next("a word"), words));
    }

    private static int Slot(WordReader words) => words.Count("a channel");

    private static string Queue(WordReader words) => words.Next("a queue");

    private static string If(bool holds, string word) => holds ? " " + word : "";

    private static string Line(string word, int slot, params ReadOnlySpan<string> names)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{word} {slot}");
        foreach (string name in names)
        {
            line += " " + WordReader.Write(name);
        }

        return line;
    }
}
