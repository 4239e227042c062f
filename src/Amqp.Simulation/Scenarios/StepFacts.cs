namespace Amqp.Simulation.Scenarios;

/// <summary>What several readers of steps need to know of them.</summary>
internal static class StepFacts
{
    /// <summary>The slot that a step names; null for a step of the connection.</summary>
    public static int? SlotOf(Step step) => step switch
    {
        Step.OpenChannel s => s.Slot,
        Step.CloseChannel s => s.Slot,
        Step.Call s => s.Slot,
        Step.Send s => s.Slot,
        Step.DeclareQueue s => s.Slot,
        Step.DeleteQueue s => s.Slot,
        Step.ConfirmSelect s => s.Slot,
        Step.Qos s => s.Slot,
        Step.Publish s => s.Slot,
        Step.Consume s => s.Slot,
        Step.Cancel s => s.Slot,
        Step.Get s => s.Slot,
        Step.Ack s => s.Slot,
        Step.Nack s => s.Slot,
        Step.Reject s => s.Slot,
        _ => null,
    };
}
