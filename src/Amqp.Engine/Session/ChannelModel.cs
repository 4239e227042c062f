using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

/// <summary>One opening of one channel number. A number that is opened again gets a new model, so nothing of the
/// previous owner can reach the next.</summary>
internal sealed class ChannelModel(ushort number)
{
    public ContentAssembly Content;

    public ushort Number { get; } = number;

    public ChannelState State { get; private set; } = ChannelState.Closed;

    /// <summary>Set once the owner asked for the close, which may still wait for earlier calls.</summary>
    public bool CloseRequested { get; set; }

    /// <summary>Set once the channel's end was told. Its number is taken until the owner has read so.</summary>
    public bool HasEnded { get; set; }

    /// <summary>How many calls may be in flight at once.</summary>
    public int CallWindow { get; set; } = 1;

    /// <summary>The calls that were sent and are not answered, oldest first.</summary>
    public Queue<PendingCall> Sent { get; } = new();

    /// <summary>The call whose answer is due.</summary>
    public PendingCall? InFlight => Sent.TryPeek(out PendingCall call) ? call : null;

    /// <summary>Calls that wait for room among those in flight.</summary>
    public Queue<PendingCall> Waiting { get; } = new();

    /// <summary>The unsettled publishes, once <c>confirm.select</c> was sent.</summary>
    public ConfirmTracker? Confirms { get; set; }

    public MandatoryLedger? Mandatory { get; set; }

    /// <summary>The consumer tag of the last delivery.</summary>
    public string LastTag { get; set; } = "";

    public int PendingCalls => Waiting.Count + Sent.Count;

    /// <summary>Whether the content of a <c>basic.get-ok</c> is still arriving; the next call waits for its
    /// end.</summary>
    public bool IsReceivingGet => Content is { Stage: not ContentStage.None, Method: MethodId.BasicGetOk };

    public bool AcceptsCommands => State == ChannelState.Open && !CloseRequested;

    /// <summary>Takes the next state from the table. Nothing else assigns it.</summary>
    public void Apply(ChannelInput input) => Apply(in ChannelStates.Find(State, input));

    public void Apply(in StateTransition<ChannelState, ChannelInput> row) => State = row.Next;
}
