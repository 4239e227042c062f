namespace Amqp.Sim.Cli;

/// <summary>What commands that read files have in common.</summary>
internal static class Files
{
    private const int Unreadable = 2;

    /// <summary>Runs a command; a file that cannot be read is told in one line, with exit code 2.</summary>
    public static int Read(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return Unreadable;
        }
    }
}
