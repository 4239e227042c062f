using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Amqp.FakeBroker;

namespace Amqp.Sim.Cli;

/// <summary>amqp-sim serve.</summary>
internal static class ServeCommand
{
    private static readonly string[] s_profiles = [.. BrokerProfile.All.Select(static profile => profile.Name)];

    /// <summary>Makes the command.</summary>
    public static Command Build()
    {
        Option<int> port = Number("--port", "The AMQP port on 127.0.0.1; 0 picks a free one.", 5672, 0, 65535);
        Option<string> profile = new("--profile")
        {
            Description = "Which RabbitMQ to be: " + string.Join(", ", s_profiles) + ".",
            DefaultValueFactory = _ => BrokerProfile.RabbitMq310.Name,
        };
        profile.AcceptOnlyFromAmong(s_profiles);
        Option<string[]> users = new("--user")
        {
            Description = "An account, NAME:PASSWORD; may be repeated. Default: guest:guest.",
            HelpName = "NAME:PASSWORD",
        };
        users.Validators.Add(CheckUsers);
        Option<FileInfo> definitions = Existing("--definitions", "RabbitMQ's definitions JSON to start with.");
        Option<bool> tls = Flag("--tls", "TLS; with a certificate made on the fly unless --cert is given.");
        Option<int?> tlsPort = OptionalPort(
            "--tls-port", "A second port, for TLS, beside the one in clear text; 0 picks a free one.");
        Option<FileInfo> cert = Existing("--cert", "The certificate for TLS, PEM.");
        Option<FileInfo> key = Existing("--key", "The certificate's key, PEM, when it is in a file of its own.");
        Option<int?> control = OptionalPort(
            "--control-port", "The port of the HTTP control plane; 0 picks a free one. Without it there is none.");
        Option<int> frameMax = Number(
            "--frame-max", "frame-max offered to clients, in octets.", 131072, 4096, int.MaxValue);
        Option<int> channelMax = Number("--channel-max", "channel-max offered to clients.", 2047, 1, 65535);
        Option<int> heartbeat = Number("--heartbeat", "Heartbeat offered to clients, in seconds.", 60, 0, 65535);
        Option<long> seed = new("--seed")
        {
            Description = "Seed of the names the broker invents.",
            DefaultValueFactory = _ => 1,
        };
        Command serve = new("serve", "Serves AMQP 0-9-1 until it is stopped with SIGINT or SIGTERM.")
        {
            port, profile, users, definitions, tls, tlsPort, cert, key, control, frameMax, channelMax, heartbeat, seed,
        };
        serve.Validators.Add(result =>
        {
            if (result.GetResult(key) is not null && result.GetResult(cert) is null)
            {
                result.AddError("--key needs --cert, the certificate that it belongs to.");
            }
        });
        serve.SetAction((parsed, stop) => Server.RunAsync(
            new ServeOptions
            {
                Port = parsed.GetValue(port),
                Broker = new BrokerOptions
                {
                    Profile = BrokerProfile.Find(parsed.GetValue(profile)!)!,
                    Users = Users(parsed.GetValue(users)),
                    FrameMax = (uint)parsed.GetValue(frameMax),
                    ChannelMax = (ushort)parsed.GetValue(channelMax),
                    HeartbeatSeconds = (ushort)parsed.GetValue(heartbeat),
                    Seed = (ulong)parsed.GetValue(seed),
                    JournalLength = 1000,
                },
                Definitions = parsed.GetValue(definitions),
                UsesTls = parsed.GetValue(tls)
                    || (parsed.GetValue(cert) is not null && parsed.GetValue(tlsPort) is null),
                TlsPort = parsed.GetValue(tlsPort),
                Certificate = parsed.GetValue(cert),
                Key = parsed.GetValue(key),
                ControlPort = parsed.GetValue(control),
            },
            stop));
        return serve;
    }

    private static Option<int> Number(string name, string description, int value, int least, int most)
    {
        Option<int> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => value,
        };
        option.Validators.Add(result => CheckRange(result, least, most));
        return option;
    }

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<int?> OptionalPort(string name, string description)
    {
        Option<int?> option = new(name) { Description = description };
        option.Validators.Add(result => CheckRange(result, 0, 65535));
        return option;
    }

    private static Option<FileInfo> Existing(string name, string description)
    {
        Option<FileInfo> option = new(name) { Description = description, HelpName = "FILE" };
        option.AcceptExistingOnly();
        return option;
    }

    // What is no number at all the parser reports by itself.
    private static void CheckRange(OptionResult result, int least, int most)
    {
        if (result.Tokens is [{ Value: var text }]
            && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
            && (value < least || value > most))
        {
            result.AddError(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Option.Name} must be from {least} to {most}, not {value}."));
        }
    }

    private static void CheckUsers(OptionResult result)
    {
        HashSet<string> names = [];
        foreach (Token token in result.Tokens)
        {
            int split = token.Value.IndexOf(':', StringComparison.Ordinal);
            if (split <= 0)
            {
                result.AddError("--user must be NAME:PASSWORD.");
            }
            else if (!names.Add(token.Value[..split]))
            {
                result.AddError($"--user names {token.Value[..split]} twice.");
            }
        }
    }

    private static ImmutableArray<BrokerUser> Users(string[]? given) => given is null or []
        ? new BrokerOptions().Users
        : [.. given.Select(text =>
        {
            int split = text.IndexOf(':', StringComparison.Ordinal);
            return new BrokerUser(text[..split], text[(split + 1)..]) { Tags = ["administrator"] };
        })];
}
