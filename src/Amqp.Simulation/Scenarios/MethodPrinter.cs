using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Simulation.Scenarios;

/// <summary>Writes methods as C#.</summary>
internal static class MethodPrinter
{
    public static string Print(AmqpMethod method) => method switch
    {
        QueueDeclare m => CSharp.New(
            nameof(QueueDeclare),
            ("Queue", m.Queue), ("Passive", m.Passive), ("Durable", m.Durable), ("Exclusive", m.Exclusive),
            ("AutoDelete", m.AutoDelete), ("Arguments", None(m.Arguments))),
        QueueDelete m => CSharp.New(
            nameof(QueueDelete), ("Queue", m.Queue), ("IfUnused", m.IfUnused), ("IfEmpty", m.IfEmpty)),
        QueueBind m => CSharp.New(
            nameof(QueueBind),
            ("Queue", m.Queue), ("Exchange", m.Exchange), ("RoutingKey", m.RoutingKey),
            ("Arguments", None(m.Arguments))),
        QueueUnbind m => CSharp.New(
            nameof(QueueUnbind),
            ("Queue", m.Queue), ("Exchange", m.Exchange), ("RoutingKey", m.RoutingKey),
            ("Arguments", None(m.Arguments))),
        QueuePurge m => CSharp.New(nameof(QueuePurge), ("Queue", m.Queue)),
        ExchangeDeclare m => CSharp.New(
            nameof(ExchangeDeclare),
            ("Exchange", m.Exchange), ("Type", new Code(CSharp.Value(m.Type))), ("Passive", m.Passive),
            ("Durable", m.Durable),
            ("AutoDelete", m.AutoDelete), ("Internal", m.Internal), ("Arguments", None(m.Arguments))),
        ExchangeDelete m => CSharp.New(nameof(ExchangeDelete), ("Exchange", m.Exchange), ("IfUnused", m.IfUnused)),
        TxSelect or TxCommit or TxRollback or ConfirmSelect { NoWait: false } => CSharp.New(method.GetType().Name),
        BasicQos m => CSharp.New(
            nameof(BasicQos),
            ("PrefetchSize", m.PrefetchSize), ("PrefetchCount", m.PrefetchCount), ("Global", m.Global)),
        BasicConsume m => CSharp.New(
            nameof(BasicConsume),
            ("Queue", m.Queue), ("ConsumerTag", m.ConsumerTag), ("NoAck", m.NoAck), ("Exclusive", m.Exclusive),
            ("Arguments", None(m.Arguments))),
        BasicCancel m => CSharp.New(nameof(BasicCancel), ("ConsumerTag", m.ConsumerTag)),
        BasicGet m => CSharp.New(nameof(BasicGet), ("Queue", m.Queue), ("NoAck", m.NoAck)),
        BasicAck m => CSharp.New(nameof(BasicAck), ("DeliveryTag", m.DeliveryTag), ("Multiple", m.Multiple)),
        BasicReject m => CSharp.New(
            nameof(BasicReject), ("DeliveryTag", m.DeliveryTag), ("Requeue", new Code(CSharp.Value(m.Requeue)))),
        BasicNack m => CSharp.New(
            nameof(BasicNack),
            ("DeliveryTag", m.DeliveryTag), ("Multiple", m.Multiple), ("Requeue", new Code(CSharp.Value(m.Requeue)))),
        BasicRecover m => CSharp.New(nameof(BasicRecover), ("Requeue", new Code(CSharp.Value(m.Requeue)))),
        _ => throw new NotSupportedException($"The method {method} cannot be written as C#."),
    };

    private static object? None(FieldTable arguments) => arguments.Count == 0
        ? null
        : throw new NotSupportedException("A method with arguments cannot be written as C#.");
}
