using Amqp.Engine.Commands;

namespace Amqp.Engine.Recovery;

/// <summary>A channel that steps of a replay are sent on, in order, with many in flight.</summary>
internal sealed class ReplayLine
{
    /// <summary>The owner's number; 0 for the one that declares.</summary>
    public ulong Owner { get; init; }

    /// <summary>The owner's channel as an entity; null for the one that declares.</summary>
    public ReplayStep? Entity { get; init; }

    /// <summary>The channel's number on the session while it is open or opening; otherwise 0.</summary>
    public ushort Number { get; set; }

    public bool IsOpen { get; set; }

    /// <summary>The call that opens it.</summary>
    public RequestId Opening { get; set; }

    public List<ReplayStep> Steps { get; } = [];

    /// <summary>How many of the steps, from the first, set the channel up.</summary>
    public int Settings { get; set; }

    /// <summary>The first step that was not sent yet.</summary>
    public int Next { get; set; }

    /// <summary>The steps that await their answers, oldest first.</summary>
    public Queue<(RequestId Id, int Step)> Sent { get; } = new();

    /// <summary>Whether anything was answered since the channel was opened.</summary>
    public bool HasProgress { get; set; }

    /// <summary>How many more times it may be opened.</summary>
    public int OpeningsLeft { get; set; }

    public bool IsDone => Next == Steps.Count && Sent.Count == 0;
}
