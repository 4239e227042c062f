namespace Amqp.FakeBroker;

/// <summary>The three ways in which RabbitMQ fails to read a method.</summary>
internal enum DecodeFailure
{
    /// <summary>The arguments are cut off or followed by more.</summary>
    Arguments,

    /// <summary>A short string is no UTF-8.</summary>
    ShortStringText,

    /// <summary>Unknown class or method, or nonsense inside a table.</summary>
    Crash,
}
