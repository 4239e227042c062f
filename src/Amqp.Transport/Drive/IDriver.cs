namespace Amqp.Transport.Drive;

/// <summary>What waits around a <see cref="SessionPump"/>. The only place with threads or <c>await</c>.</summary>
internal interface IDriver
{
    /// <summary>Decides who sends. The gate is held.</summary>
    SendPlan PlanSend();

    /// <summary>As <see cref="PlanSend"/>, for an acknowledgement, which may wait a moment for others. The gate is
    /// held.</summary>
    SendPlan PlanSettlement();

    /// <summary>Carries out the decision. The gate is not held.</summary>
    void Execute(SendPlan plan);

    /// <summary>Runs work of the application, soon. Thread-safe; runs nothing itself.</summary>
    void Schedule(IThreadPoolWorkItem work);

    /// <summary>Looks at the pump's deadline again. The gate is held.</summary>
    void UpdateTimer();

    /// <summary>Looks at <see cref="SessionPump.WantsPause"/> again. The gate is held.</summary>
    void UpdatePause();

    /// <summary>The session is over: send what is left, close the stream. The gate is held.</summary>
    void BeginTearDown();
}
