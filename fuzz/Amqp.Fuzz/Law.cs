namespace Amqp.Fuzz;

/// <summary>What must hold whatever is received.</summary>
internal static class Law
{
    // What a record of an event, a table entry or an error text may take for each octet that came, and once.
    private const long PerOctet = 400;
    private const long Once = 4 * 1024 * 1024;

    /// <summary>Throws when the condition does not hold; the fuzzer keeps the input then.</summary>
    public static void Holds(bool condition, string law)
    {
        if (!condition)
        {
            throw new InvalidOperationException(law);
        }
    }

    /// <summary>Runs something and checks that the memory it takes is in proportion to what came.</summary>
    public static void Bounded(long octets, Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Holds(taken <= Once + (octets * PerOctet), $"{octets} octets made {taken} octets of memory");
    }
}
