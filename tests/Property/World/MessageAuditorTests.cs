using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Scenarios;
using Xunit;

namespace Amqp.Property.World;

/// <summary>The auditors of messages complain of each thing they are there for, when a doctored run does it.</summary>
public class MessageAuditorTests
{
    private static readonly SessionEnd ByChannelError =
        new(SessionEndKind.ChannelError, CloseInitiator.Peer, ReplyCode.NotFound, "", 0, ConnectionState.Open);

    private readonly BrokerCore _broker = new();
    private readonly MessageLedger _ledger = new();
    private readonly IAuditor[] _auditors;
    private ulong _request;

    public MessageAuditorTests()
    {
        _auditors =
        [
            new ConservationAuditor(), new DeliveryAuditor(_ledger), new SafetyAuditor(_ledger),
            new TransactionAuditor(_ledger), new TopologyAuditor(),
        ];
        Session(1);
    }

    [Fact]
    public void A_delivery_of_what_is_not_in_the_queue_is_noticed()
    {
        Broker(BrokerEventKind.Delivered, 1);
        AssertOnly("F10");
    }

    [Fact]
    public void A_message_that_comes_back_from_the_dead_is_noticed()
    {
        Broker(BrokerEventKind.Enqueued, 1);
        Broker(BrokerEventKind.Delivered, 1);
        Broker(BrokerEventKind.Acknowledged, 1);
        Broker(BrokerEventKind.Requeued, 1);
        AssertOnly("F2");
    }

    [Fact]
    public void A_message_that_vanished_from_its_queue_is_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Declare();
        Broker(BrokerEventKind.Enqueued, 1);
        Finish();
        AssertOnly("F10");
    }

    [Fact]
    public void A_delivery_to_a_cancelled_consumer_is_noticed()
    {
        Declare();
        Consume();
        Complete(Do(new Step.Cancel(0, "c")));
        Deliver(1, Publish(1));
        AssertOnly("F8");
    }

    [Fact]
    public void More_deliveries_than_the_prefetch_are_noticed()
    {
        Declare();
        Complete(Do(new Step.Qos(0, 1)));
        Consume();
        Deliver(1, Publish(1));
        Deliver(2, Publish(2));
        AssertOnly("F4");
    }

    [Fact]
    public void A_delivery_after_its_acknowledgement_was_taken_in_is_noticed()
    {
        Declare();
        Consume();
        string id = Publish(1);
        Deliver(1, id);
        Do(new Step.Ack(0), tag: 1);
        Complete(Do(new Step.Qos(0, 1)));
        Deliver(2, id, redelivered: true);
        AssertOnly("F2");
    }

    [Fact]
    public void A_second_delivery_that_calls_itself_the_first_is_noticed()
    {
        Declare();
        Consume();
        string id = Publish(1);
        Deliver(1, id);
        Deliver(2, id);
        AssertOnly("F3");
    }

    [Fact]
    public void First_deliveries_out_of_order_are_noticed()
    {
        Declare();
        Consume();
        string first = Publish(1);
        string second = Publish(2);
        Deliver(1, second);
        Deliver(2, first);
        AssertOnly("F7");
    }

    [Fact]
    public void A_confirmed_message_that_is_nowhere_is_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Declare();
        Publish(1, sequence: 1);
        On(Event(EventKind.PublishSettled) with { FromSequence = 1, ToSequence = 1 });
        Finish();
        AssertOnly("E1");
    }

    [Fact]
    public void More_copies_than_attempts_are_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Declare();
        var properties = new BasicProperties { MessageId = Publish(1) };
        _broker.Observer = new Ear(_auditors);
        _broker.Publish("/", "", "q", properties, []);
        _broker.Publish("/", "", "q", properties, []);
        Finish();
        AssertOnly("E6");
    }

    [Fact]
    public void A_committed_message_that_is_nowhere_is_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Transact();
        Publish(1);
        Complete(Do(new Step.Call(0, new TxCommit())));
        Finish();
        AssertOnly("E8");
    }

    [Fact]
    public void A_message_of_a_rollback_that_is_there_is_noticed()
    {
        Transact();
        Consume();
        string id = Publish(1);
        Complete(Do(new Step.Call(0, new TxRollback())));
        Deliver(1, id);
        Finish();
        AssertOnly("E8");
    }

    [Fact]
    public void Half_of_a_commit_is_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Transact();
        Consume();
        string id = Publish(1);
        Publish(2);
        ulong commit = Do(new Step.Call(0, new TxCommit()));
        On(Event(EventKind.CallFailed) with { Request = new RequestId(commit), Reason = ByChannelError });
        Deliver(1, id);
        Finish();
        AssertOnly("E8");
    }

    [Fact]
    public void A_queue_that_is_not_there_when_all_has_settled_is_noticed()
    {
        Declare();
        Settled();
        AssertOnly("G1");
    }

    [Fact]
    public void A_binding_that_is_not_there_is_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Declare();
        Complete(Do(new Step.Call(0, new QueueBind { Queue = "q", Exchange = "amq.direct", RoutingKey = "k" })));
        Settled();
        AssertOnly("G1");
    }

    [Fact]
    public void A_consumer_that_is_not_there_is_noticed()
    {
        _broker.DeclareQueue("/", "q", isDurable: true);
        Declare();
        Consume();
        Settled();
        AssertOnly("G1");
    }

    [Fact]
    public void A_queue_that_nobody_declared_is_noticed()
    {
        _broker.DeclareQueue("/", "other", isDurable: true);
        Finish();
        AssertOnly("G1");
    }

    [Theory]
    [InlineData("C1", 2.6, 0.0)]
    [InlineData("C2", 0.0, 10.1)]
    public void Silence_that_is_too_long_is_noticed(string property, double writtenAfter, double readAfter)
    {
        var auditor = new SilenceAuditor();
        MonoTime start = MonoTime.Zero;
        auditor.OnOpen(TimeSpan.FromSeconds(5), start);
        auditor.OnWrite(start + TimeSpan.FromSeconds(writtenAfter));
        auditor.OnRead(start + TimeSpan.FromSeconds(readAfter));
        Assert.StartsWith(property, Assert.Single(auditor.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_is_given_up_too_early_is_noticed()
    {
        var auditor = new SilenceAuditor();
        auditor.OnOpen(TimeSpan.FromSeconds(5), MonoTime.Zero);
        EventRecord end = Event(EventKind.SessionClosed) with
        {
            Reason = ByChannelError with { Kind = SessionEndKind.HeartbeatTimeout },
        };
        auditor.OnEvent(end, MonoTime.Zero + TimeSpan.FromSeconds(9));
        Assert.StartsWith("C2", Assert.Single(auditor.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_broker_still_holds_at_the_end_is_noticed()
    {
        _broker.Accept(new System.Buffers.ArrayBufferWriter<byte>(), MonoTime.Zero);
        List<string> failures = [];
        LeakCheck.Broker(_broker, failures);
        Assert.StartsWith("I4", Assert.Single(failures), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_closed_session_still_holds_is_noticed()
    {
        var held = new SessionSnapshot(
            ConnectionState.Closed, null, new Deadline(MonoTime.Zero, TimerKind.Handshake), false, 1,
            0, 0, "");
        List<string> failures = [];
        LeakCheck.Session(held, 1, failures);
        Assert.Equal(2, failures.Count);
        Assert.All(failures, static each => Assert.StartsWith("I4", each, StringComparison.Ordinal));
    }

    private void Session(int number)
    {
        _ledger.OnSession();
        Array.ForEach(_auditors, each => each.OnSession(number));
    }

    private ulong Do(Step step, string? id = null, ulong sequence = 0, ulong tag = 0)
    {
        bool isCall = step is not (Step.Publish or Step.Ack);
        var request = isCall ? new RequestId(++_request) : default;
        var command = new CommandRecord(step, 1, CommandResult.Ok, request, sequence, id, tag);
        _ledger.OnCommand(command);
        Array.ForEach(_auditors, each => each.OnCommand(command));
        return request.Value;
    }

    private void On(EventRecord e)
    {
        _ledger.OnEvent(e);
        Array.ForEach(_auditors, each => each.OnEvent(e));
        _ledger.AfterEvent(e);
    }

    private void Complete(ulong request) =>
        On(Event(EventKind.CallCompleted) with { Request = new RequestId(request) });

    private void Declare() => Complete(Do(new Step.DeclareQueue(0, "q", Durable: true)));

    private void Consume() => Complete(Do(new Step.Consume(0, "q", "c")));

    private void Transact()
    {
        Declare();
        Complete(Do(new Step.Call(0, new TxSelect())));
    }

    private string Publish(int ordinal, ulong sequence = 0)
    {
        string id = MessageBody.Id(ordinal, 0);
        Do(new Step.Publish(0, "", "q", 0, Persistent: true), id, sequence);
        return id;
    }

    private void Deliver(ulong tag, string id, bool redelivered = false) => On(Event(EventKind.Delivery) with
    {
        ConsumerTag = "c",
        DeliveryTag = tag,
        Redelivered = redelivered,
        Properties = new BasicProperties { MessageId = id },
    });

    private void Broker(BrokerEventKind kind, ulong message) =>
        Array.ForEach(_auditors, each => each.OnBroker(new BrokerEvent(kind, message, "/", "q", null)));

    private void Settled() => Array.ForEach(_auditors, each => each.OnSettled(_broker));

    private void Finish() => Array.ForEach(_auditors, each => each.OnFinish(_broker, isStuck: false));

    private void AssertOnly(string property) => Assert.StartsWith(
        property + " ", Assert.Single(_auditors.SelectMany(static each => each.Failures)), StringComparison.Ordinal);

    private static EventRecord Event(EventKind kind) => new() { Kind = kind, Channel = 1 };

    private sealed class Ear(IAuditor[] auditors) : IBrokerObserver
    {
        public void OnEvent(in BrokerEvent e)
        {
            foreach (IAuditor auditor in auditors)
            {
                auditor.OnBroker(e);
            }
        }
    }
}
