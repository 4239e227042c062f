using System.Globalization;

namespace Amqp.Simulation.Async;

/// <summary>A bar on the terminal; nothing where there is none, or in continuous integration.</summary>
internal sealed class ProgressBar(int total)
{
    private const int Width = 30;

    private readonly bool _isOn = !Console.IsErrorRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"))
        && total > 1;

    private int _shown = -1;

    public void Show(int done)
    {
        int filled = _isOn ? (int)((long)done * Width / total) : _shown;
        if (filled != _shown)
        {
            _shown = filled;
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"\r[{new string('#', filled)}{new string('.', Width - filled)}] {done}/{total} worlds"));
        }
    }

    public void Clear()
    {
        if (_isOn && _shown >= 0)
        {
            Console.Error.Write("\r" + new string(' ', Width + 40) + "\r");
        }
    }
}
