using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Tests that count what the whole process holds: they run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QuietCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Quiet";
}
