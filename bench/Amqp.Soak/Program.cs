using System.CommandLine;
using Amqp.Soak;

Option<int> seconds = new("--seconds")
{
    Description = "How long traffic runs, 10 to 86400.",
    DefaultValueFactory = _ => 600,
};
Option<int> channels = new("--channels")
{
    Description = "How many channels to use, an even number from 12 to 2000.",
    DefaultValueFactory = _ => 200,
};
Option<string?> uri = new("--uri")
{
    Description = "The broker. Without it a private node of this machine's rabbitmq-server is started.",
};
Option<string?> picture = new("--picture") { Description = "Where to draw memory and rate over time, SVG." };
seconds.Validators.Add(result => Check(
    result.Tokens.Count == 0 || result.GetValueOrDefault<int>() is >= 10 and <= 86400,
    "--seconds must be from 10 to 86400.", result.AddError));
channels.Validators.Add(result => Check(
    result.Tokens.Count == 0
    || (result.GetValueOrDefault<int>() is >= 12 and <= 2000 && result.GetValueOrDefault<int>() % 2 == 0),
    "--channels must be an even number from 12 to 2000.", result.AddError));
RootCommand root = new("Mixed traffic on a real broker for a time, with an account of every message.")
{
    seconds, channels, uri, picture,
};
root.SetAction((parsed, stop) => Run.StartAsync(
    TimeSpan.FromSeconds(parsed.GetValue(seconds)),
    parsed.GetValue(channels),
    parsed.GetValue(uri),
    parsed.GetValue(picture),
    stop));
return await root.Parse(args).InvokeAsync();

static void Check(bool holds, string otherwise, Action<string> complain)
{
    if (!holds)
    {
        complain(otherwise);
    }
}
