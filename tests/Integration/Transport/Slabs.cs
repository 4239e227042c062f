using System.Reflection;
using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>The transport's own count of its pooled blocks. It is no part of the public API, so that it is read by
/// reflection here.</summary>
internal static class Slabs
{
    private static readonly PropertyInfo Count = typeof(AmqpConnection).Assembly
        .GetType("Amqp.Transport.Drive.SlabPool", throwOnError: true)!
        .GetProperty("Outstanding", BindingFlags.Public | BindingFlags.Static)!;

    /// <summary>How many blocks are rented at the moment, in the whole process.</summary>
    public static long Outstanding => (long)Count.GetValue(null)!;
}
