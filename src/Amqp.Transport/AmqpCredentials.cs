namespace Amqp.Transport;

/// <summary>What to log in with. Prints the user only.</summary>
/// <param name="UserName">The user.</param>
/// <param name="Password">The password or token; never printed and never logged.</param>
public sealed record AmqpCredentials(string UserName, string Password)
{
    /// <summary>For how long they are valid from now on; <see langword="null"/> for ever. A connection asks for new
    /// ones when two thirds of the time have passed, and tells the broker
    /// (<c>connection.update-secret</c>).</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>Renders the credentials without the secret.</summary>
    /// <returns>Such as <c>guest:***</c>.</returns>
    public override string ToString() => $"{UserName}:***";
}
