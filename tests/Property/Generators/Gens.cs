using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Property.Generators;

/// <summary>Makes FsCheck generators out of ordinary code.</summary>
public static class Gens
{
    private const int SeedBits = 30;

    /// <summary>A generator that runs <paramref name="make"/> on a fresh stream of choices.</summary>
    public static Gen<T> From<T>(Func<Draw, T> make) => Gen.Sized(size =>
        from high in Gen.Choose(0, (1 << SeedBits) - 1)
        from low in Gen.Choose(0, (1 << SeedBits) - 1)
        select make(new Draw(((ulong)high << SeedBits) | (uint)low, size)));
}
