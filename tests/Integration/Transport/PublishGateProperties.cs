using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>B10, D5, E7 and E9 for a publisher: what holds it up does so until it ends, in order, and nothing else
/// does. The same whoever reads.</summary>
public abstract class PublishGateProperties(bool onThread)
{
    private static readonly GateOpKind[] Settlements = [GateOpKind.Ack, GateOpKind.AckMultiple, GateOpKind.Nack];

    [Fact]
    public async Task B10_While_blocked_publishes_wait_fail_or_are_set_aside_as_configured() => await CheckAsync(
        "B10.publisher",
        draw => PublishGateScript.Make(
            draw,
            draw.OneIn(2),
            [
                GateOpKind.Block, GateOpKind.Block, GateOpKind.Unblock, GateOpKind.Unblock, GateOpKind.Ack,
                GateOpKind.StopFlow, GateOpKind.StartFlow,
            ]),
        "blocked", "waits while blocked", "refused while blocked", "set aside", "let in later", "failed while waiting");

    [Fact]
    public async Task D5_While_its_flow_is_stopped_a_channel_publishes_nothing_and_goes_on_in_order() =>
        await CheckAsync(
            "D5.publisher",
            draw => PublishGateScript.Make(
                draw, draw.OneIn(2), [GateOpKind.StopFlow, GateOpKind.StartFlow, GateOpKind.AckMultiple]),
            "stopped", "started", "waits while stopped", "let in later");

    [Fact]
    public async Task E7_Beyond_the_window_publishes_wait_and_never_more_than_it_are_outstanding() => await CheckAsync(
        "E7.publisher",
        draw => PublishGateScript.Make(draw, confirms: true, Settlements),
        "waits for the window", "let in later");

    /// <summary>The model overwrites each body as soon as its task has ended.</summary>
    [Fact]
    public async Task E9_A_body_may_be_overwritten_once_its_publish_has_ended() => await CheckAsync(
        "E9.publisher",
        draw => PublishGateScript.Make(
            draw, draw.OneIn(3), [GateOpKind.Block, GateOpKind.Unblock, GateOpKind.StopFlow, GateOpKind.StartFlow]),
        "set aside", "let in later");

    private async Task CheckAsync(string id, Func<Draw, PublishGateScript> make, params string[] classes)
    {
        var seen = new Distribution(classes);
        await AsyncProps.ForAll(
            id,
            make,
            async script =>
            {
                var model = await PublishGateModel.RunAsync(script, onThread);
                seen.Case();
                foreach (var name in classes)
                {
                    seen.Saw(name, model.Seen.Contains(name));
                }
            },
            PublishGateScript.Shrink);
        seen.Require(id, 2);
    }
}
