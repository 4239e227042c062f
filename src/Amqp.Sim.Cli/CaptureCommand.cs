using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Amqp.Simulation.Evidence;

namespace Amqp.Sim.Cli;

/// <summary>amqp-sim convert: from packets to recordings.</summary>
internal static class CaptureCommand
{
    private const int Failed = 1;

    /// <summary>Makes the command.</summary>
    public static Command Build()
    {
        Argument<FileInfo> file = new Argument<FileInfo>("capture")
        {
            Description = "A packet capture (pcap or pcapng), as tcpdump -w and Wireshark write it.",
        }.AcceptExistingOnly();
        Option<int> port = new("--port")
        {
            Description = "The broker's port.",
            DefaultValueFactory = static _ => PacketCapture.DefaultPort,
        };
        port.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }]
                && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number)
                && number is < 1 or > ushort.MaxValue)
            {
                result.AddError($"--port must be from 1 to 65535, not {text}.");
            }
        });
        Option<bool> withoutBodies = new("--without-bodies")
        {
            Description = "Overwrites the bodies of messages; passwords are overwritten always.",
        };
        Option<DirectoryInfo> folder = new("--out")
        {
            Description = "Where the recordings are written, one for each connection.",
            DefaultValueFactory = static _ => new DirectoryInfo("."),
        };
        Command convert = new("convert", "Makes recordings (.amqprec) from a packet capture.")
        {
            file, port, withoutBodies, folder,
        };
        convert.SetAction(parsed => Files.Read(() => Convert(
            parsed.GetValue(file)!,
            parsed.GetValue(port),
            parsed.GetValue(withoutBodies),
            parsed.GetValue(folder)!.FullName)));
        return convert;
    }

    private static int Convert(FileInfo file, int port, bool withoutBodies, string folder)
    {
        using FileStream capture = file.OpenRead();
        ImmutableArray<CapturedSession> sessions = PacketCapture.Read(capture, port, withoutBodies);
        string stem = Path.GetFileNameWithoutExtension(file.Name);
        Directory.CreateDirectory(folder);
        for (int i = 0; i < sessions.Length; i++)
        {
            CapturedSession session = sessions[i];
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{stem}-{i + 1}.amqprec"));
            File.WriteAllText(path, session.ToText());
            Console.WriteLine($"{path}: {session.Client} to {session.Broker}"
                + (session.Problem is { } problem ? $", but {problem}" : ""));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"connections: {sessions.Length}"));
        return sessions.IsEmpty ? Failed : 0;
    }
}
