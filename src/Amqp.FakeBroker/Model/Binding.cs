using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A binding from an exchange to a queue or, as RabbitMQ's extension, to another exchange. Exactly one end is set.
/// </summary>
internal sealed class Binding
{
    public required ExchangeModel Source { get; init; }

    public QueueModel? Queue { get; init; }

    public ExchangeModel? Exchange { get; init; }

    public required string Key { get; init; }

    public required FieldTable Arguments { get; init; }

    public List<Binding> DestinationBindings => Queue?.Incoming ?? Exchange!.Incoming;

    public BindingIdentity Identity => new(Source, (object?)Queue ?? Exchange!, Key, Arguments);
}
