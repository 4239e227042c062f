namespace Amqp.Simulation;

/// <summary>How asynchronous code is kept on one thread, so that it does the same each time.</summary>
public enum SimMode
{
    /// <summary><see cref="OneWorker"/>, but <see cref="Guarded"/> in a test host of VSTest, which hangs with a pool of
    /// one worker.</summary>
    Auto,

    /// <summary>
    /// Everything runs on a thread pool of one worker: any code, that of others included, as long as it waits by way of
    /// the <see cref="TimeProvider"/> and the world's streams.
    /// </summary>
    OneWorker,

    /// <summary>
    /// The thread pool is left alone and code must go on where its awaits end: what goes to another thread fails the
    /// test, by the name of its method. <c>Amqp.Transport</c> uses the pool, so it needs <see cref="OneWorker"/>.
    /// </summary>
    Guarded,
}
