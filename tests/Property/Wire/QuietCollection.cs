using Xunit;

namespace Amqp.Property.Wire;

/// <summary>Tests that measure the whole heap: they run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QuietCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Quiet";
}
