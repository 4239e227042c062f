using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Scenarios;
using Xunit;

namespace Amqp.Property.World;

/// <summary>An auditor that cannot complain proves nothing: each kind of complaint is provoked here.</summary>
public class AuditorTests
{
    private static readonly SessionEnd Why =
        new(SessionEndKind.StreamLost, CloseInitiator.Peer, ReplyCode.Success, "", 0, ConnectionState.Open);

    [Fact]
    public void A_second_terminal_event_is_noticed() => AssertFails(
        new TerminalAuditor(), "B5", closed: true, [], Event(EventKind.SessionClosed), Event(EventKind.SessionClosed));

    [Fact]
    public void An_event_after_the_end_is_noticed() => AssertFails(
        new TerminalAuditor(), "B5", closed: true, [], Event(EventKind.SessionClosed), Event(EventKind.Blocked));

    [Fact]
    public void A_missing_terminal_event_is_noticed() =>
        AssertFails(new TerminalAuditor(), "B5", closed: true, []);

    [Fact]
    public void A_forgotten_call_is_noticed() =>
        AssertFails(new CompletionAuditor(), "B6", closed: true, [Call(1)]);

    [Fact]
    public void A_call_that_completes_twice_is_noticed() => AssertFails(
        new CompletionAuditor(), "B6", closed: false, [Call(1)], Done(1), Done(1));

    [Fact]
    public void A_completion_of_nothing_is_noticed() =>
        AssertFails(new CompletionAuditor(), "B6", closed: false, [], Done(7));

    [Fact]
    public void A_request_given_out_twice_is_noticed() =>
        AssertFails(new CompletionAuditor(), "B6", closed: false, [Call(1), Call(1)], Done(1));

    [Fact]
    public void A_gap_in_the_sequence_is_noticed() =>
        AssertFails(new ConfirmAuditor(), "E2", closed: false, [Publish(1), Publish(3)]);

    [Fact]
    public void A_publish_settled_twice_is_noticed() => AssertFails(
        new ConfirmAuditor(), "E3", closed: false, [Publish(1)], Settled(1, 1), Settled(1, 1));

    [Fact]
    public void A_publish_never_resolved_is_noticed() =>
        AssertFails(new ConfirmAuditor(), "E3", closed: true, [Publish(1)]);

    [Fact]
    public void A_return_after_the_settlement_is_noticed() => AssertFails(
        new ConfirmAuditor(),
        "E5",
        closed: false,
        [Publish(1)],
        Settled(1, 1),
        Event(EventKind.PublishReturned) with { FromSequence = 1, Channel = 1 });

    [Fact]
    public void A_body_that_is_too_long_is_noticed() =>
        AssertFails(new ContentAuditor(), "D4", closed: false, [], Delivery(1, 2), Body([1, 2, 3], last: true));

    [Fact]
    public void A_body_that_ends_early_is_noticed() =>
        AssertFails(new ContentAuditor(), "D4", closed: false, [], Delivery(1, 2), Body([1], last: true));

    [Fact]
    public void A_content_inside_another_is_noticed() =>
        AssertFails(new ContentAuditor(), "D4", closed: false, [], Delivery(1, 2), Delivery(2, 2));

    [Fact]
    public void A_gap_in_the_delivery_tags_is_noticed() =>
        AssertFails(new ContentAuditor(), "F1", closed: false, [], Delivery(1, 0), Delivery(3, 0));

    [Fact]
    public void Another_body_than_the_published_one_is_noticed() => AssertFails(
        new ContentAuditor(), "F9", closed: false, [], Delivery(1, 2, MessageBody.Id(1, 2)), Body([0, 0], last: true));

    [Fact]
    public void W8_A_violation_without_a_hostile_peer_is_noticed() => AssertFails(
        new ViolationAuditor(), "W8", closed: true, [], Ended(SessionEndKind.ProtocolViolation, ReplyCode.FrameError));

    [Fact]
    public void W8_A_broker_that_cannot_read_the_client_is_noticed() => AssertFails(
        new ViolationAuditor(), "W8", closed: true, [], Ended(SessionEndKind.ClosedByPeer, ReplyCode.FrameError));

    [Fact]
    public void W8_What_hostile_bytes_and_operators_bring_about_is_nobodys_mistake()
    {
        var auditor = new ViolationAuditor();
        auditor.OnEvent(Ended(SessionEndKind.ClosedByPeer, ReplyCode.ConnectionForced));
        auditor.OnFault(new FakeBroker.Faults.SendBytes(null, new byte[] { 1 }), happened: true);
        auditor.OnEvent(Ended(SessionEndKind.ProtocolViolation, ReplyCode.FrameError));
        Assert.Empty(auditor.Failures);
    }

    private static EventRecord Ended(SessionEndKind kind, ReplyCode code) =>
        Event(EventKind.SessionClosed) with { Reason = Why with { Kind = kind, Code = code } };

    private static void AssertFails(
        IAuditor auditor, string property, bool closed, CommandRecord[] commands, params EventRecord[] events)
    {
        foreach (CommandRecord command in commands)
        {
            auditor.OnCommand(command);
        }

        foreach (EventRecord e in events)
        {
            auditor.OnEvent(e);
        }

        auditor.OnEnd(closed);
        Assert.StartsWith(property, Assert.Single(auditor.Failures), StringComparison.Ordinal);
    }

    private static EventRecord Event(EventKind kind) => new() { Kind = kind, Reason = Why };

    private static EventRecord Done(ulong id) => Event(EventKind.CallCompleted) with { Request = new RequestId(id) };

    private static EventRecord Settled(ulong from, ulong to) =>
        Event(EventKind.PublishSettled) with { Channel = 1, FromSequence = from, ToSequence = to };

    private static EventRecord Delivery(ulong tag, ulong size, string? id = null) => Event(EventKind.Delivery) with
    {
        Channel = 1,
        DeliveryTag = tag,
        BodySize = size,
        Properties = new BasicProperties { MessageId = id },
    };

    private static EventRecord Body(byte[] bytes, bool last) =>
        Event(EventKind.Body) with { Channel = 1, Body = new BodyBytes(bytes), Flag = last };

    private static CommandRecord Call(ulong id) =>
        new(new Step.ConfirmSelect(0), 1, CommandResult.Ok, new RequestId(id));

    private static CommandRecord Publish(ulong sequence) =>
        new(new Step.Publish(0, "", "k", 1), 1, CommandResult.Ok, default, sequence);
}
