using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Simulation.Evidence;
using Xunit;

namespace Amqp.Async;

/// <summary>What shows a run: text, a page, a diagram and packets.</summary>
public sealed partial class EvidenceTests
{
    private const string Hostile = "<script>document.title='owned'</script> \" ' & {{rows}} ; # % \n \u202e";

    [Fact]
    public async Task T8_The_text_has_a_line_for_each_frame_with_its_time_and_what_never_arrived()
    {
        var text = TextTimeline.Write((await FailingRunAsync()).Trace);
        Assert.Matches(@"(?m)^ +0\.\d{6}  #1 C ---> B basic\.publish ch=1 .*RoutingKey = orders.* \[\+0\.1 ms\]$",
            text);
        Assert.Matches(@"(?m)^ +0\.\d{6}  #1 C <--- B queue\.declare-ok ch=1 .* \[\+0\.1 ms\]$", text);
        Assert.Matches(@"(?m)^ +0\.\d{6}  #1 C --x  B body ch=1 ", text);
        Assert.Matches(@"(?m)^ +0\.\d{6}  #1 !!!!!!!! cut reset in the body of the third basic\.publish$", text);
        Assert.DoesNotContain("guest guest", text);
        Assert.All(text, each => Assert.True(each is '\n' or (>= ' ' and <= '~'), $"{(int)each} is not printable"));
    }

    [Fact]
    public async Task T8_The_hash_changes_with_every_event_and_with_nothing_else()
    {
        var run = await FailingRunAsync();
        var copy = new SimTrace();
        foreach (var each in run.Trace.Events)
        {
            Assert.NotEqual(run.Trace.Hash, copy.Hash);
            copy.Add(each);
        }

        Assert.Equal(run.Trace.Hash, copy.Hash);
        Assert.Null(run.Trace.FirstDifference(copy));
        copy.Add(MonoTime.Zero, TraceKind.Note, TraceLane.Client, 0, "more");
        Assert.NotEqual(run.Trace.Hash, copy.Hash);
        Assert.Contains("(the trace ends)", run.Trace.FirstDifference(copy));
    }

    [Fact]
    public async Task T8_The_page_escapes_everything_and_loads_nothing()
    {
        var run = await FailingRunAsync();
        var page = HtmlTimeline.Write(run.Trace, Hostile, Hostile);
        Assert.Single(Regex.Matches(page, "<script"));
        Assert.DoesNotContain("{{", page);
        Assert.DoesNotMatch(@"(?i)(src|href)\s*=|url\(|https?:|@import|fetch\(|XMLHttp|WebSocket", page);
        Assert.Contains("default-src 'none'", page);
    }

    [Fact]
    public async Task T8_The_page_works_in_a_browser()
    {
        var chromium = Tool.Find("chromium", "chromium-browser", "google-chrome");
        Assert.SkipWhen(chromium is null, "there is no Chromium on this machine");
        var run = await FailingRunAsync();
        var page = HtmlTimeline.Write(run.Trace, Hostile, run.ToString()).Replace("</body>", Probe + "</body>");
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "page.html");
        await File.WriteAllTextAsync(file, page);
        var dom = await Tool.RunAsync(
            chromium!,
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            $"--user-data-dir={folder.Path}/p", "--virtual-time-budget=3000", "--dump-dom", "file://" + file);
        var said = Said().Match(dom);
        Assert.True(said.Success, dom[^Math.Min(dom.Length, 2000)..]);
        Assert.Equal(
            "lanes=client,link,broker bands=true lost=true hover=true keys=true fault=true search=true "
            + "clear=true zoom=true contrast=true title=false errors=0",
            said.Groups[1].Value);
    }

    [Fact]
    public async Task T8_Tshark_reads_the_packets_as_amqp_and_finds_none_malformed()
    {
        var tshark = Tool.Find("tshark");
        Assert.SkipWhen(tshark is null, "there is no tshark on this machine");
        using var folder = new TemporaryFolder();
        foreach (var run in new[] { await FailingRunAsync(), await Sim.Run(3, ShopWorld.RunAsync) })
        {
            var file = EvidenceFiles.Write(run, folder.Path).Single(each => each.EndsWith(".pcapng"));
            var methods = await Tool.RunAsync(tshark!, "-r", file, "-Y", "amqp");
            Assert.Contains("Connection.Start ", methods);
            Assert.Contains("Queue.Declare q=orders", methods);
            Assert.Contains("Basic.Publish x= rk=orders Content-Header Content-Body", methods);
            Assert.Contains("Basic.Ack", methods);
            Assert.Equal("", await Tool.RunAsync(
                tshark!, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-r", file,
                "-Y", "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0 "
                    + "|| tcp.analysis.retransmission"));
        }
    }

    [Fact]
    public async Task T8_The_packets_are_blocks_of_pcapng_whose_lengths_agree()
    {
        var run = await FailingRunAsync();
        using var output = new MemoryStream();
        PcapngWriter.Write(run.Trace, output, DateTimeOffset.UnixEpoch);
        var bytes = output.ToArray();
        var blocks = 0;
        for (var at = 0; at < bytes.Length; blocks++)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
            Assert.Equal(0, length % 4);
            Assert.Equal((uint)length, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + length - 4)));
            at += length;
        }

        var sent = run.Trace.Events.Count(each => each.Kind == TraceKind.Sent);
        Assert.InRange(blocks, 2 + 3 + sent, 2 + 3 + sent + 2);
    }

    [Fact]
    public async Task T8_The_diagram_keeps_to_the_language_of_mermaid()
    {
        var lines = MermaidTimeline.Write((await FailingRunAsync()).Trace, 40).TrimEnd().Split('\n');
        Assert.Equal("sequenceDiagram", lines[0]);
        Assert.Equal(3 + 1 + 40, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.Matches(
            @"^    (participant [CB] as \w+|(C->>B|C-xB|B->>C|B-xC|Note (over C,B|left of C|right of B)): "
                + @"[^;#]*((#\w+;)[^;#]*)*)$",
            line));
        Assert.Contains(lines, line => line.Contains("FAULT"));
        Assert.Contains(lines, line => line.Contains("C-xB"));
    }

    [Fact]
    public async Task T8_A_failure_writes_its_evidence_and_says_where()
    {
        using var folder = new TemporaryFolder();
        var failure = await Assert.ThrowsAsync<SimFailedException>(() => Sim.Run(
            1, _ => throw new InvalidTimeZoneException(), new SimOptions { EvidenceFolder = folder.Path }));
        var files = Directory.GetFiles(folder.Path);
        Assert.Equal(4, files.Length);
        Assert.All(files, file => Assert.Contains(file, failure.Message));
    }

    internal static async Task<SimOutcome> FailingRunAsync()
    {
        var outcome = await Sim.TryRun(new SimScenario { Seed = 1 }, async sim =>
        {
            sim.Note(Hostile);
            sim.Faults.Cut(CutKind.Reset).InTheBodyOf(MethodId.BasicPublish, 3);
            sim.Faults.After(TimeSpan.FromHours(1)).Clog(TimeSpan.FromSeconds(1));
            await ShopWorld.RunAsync(sim);
        });
        Assert.Equal(SimVerdict.Failed, outcome.Verdict);
        return outcome;
    }

    // Does what a person would, and says in one line what came of it.
    private const string Probe = """
        <script>
        (() => {
        const errors = [];
        addEventListener("error", e => errors.push(e.message));
        const key = (k, target) => (target || document.activeElement).dispatchEvent(
          new KeyboardEvent("keydown", { key: k, bubbles: true }));
        const rows = [...document.querySelectorAll("li")], text = () => document.getElementById("detail").textContent;
        const said = {};
        said.lanes = [...document.querySelectorAll(".heads .lanes span")].map(s => s.textContent).join(",");
        said.bands = document.querySelectorAll(".band").length > 0;
        said.lost = document.querySelectorAll(".arrow.lost").length > 0;
        const publish = rows.find(r => r.dataset.detail.startsWith("basic.publish"));
        publish.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
        said.hover = text().includes("RoutingKey = orders") && text().includes("client to broker");
        rows[0].focus(); key("ArrowDown"); key("ArrowDown");
        said.keys = document.activeElement === rows[2] && text().includes(rows[2].dataset.detail);
        key("f");
        said.fault = document.activeElement.querySelector(".band") !== null;
        const search = document.getElementById("search");
        key("/");
        const isThere = document.activeElement === search;
        search.value = "BASIC.publish broker"; search.dispatchEvent(new Event("input"));
        const shown = rows.filter(r => !r.hidden);
        said.search = isThere && shown.length > 0 && shown.length < rows.length
          && shown.every(r => r.dataset.detail.includes("basic.publish"));
        key("Escape");
        said.clear = rows.every(r => !r.hidden);
        const size = () => parseFloat(getComputedStyle(rows[0]).fontSize), before = size();
        key("+");
        const larger = size(); key("-"); key("-");
        said.zoom = larger > before && size() < before;
        const colours = getComputedStyle(document.body);
        said.contrast = colours.color !== colours.backgroundColor;
        said.title = document.title === "owned";
        said.errors = errors.length;
        const line = document.createElement("p");
        line.id = "said";
        line.textContent = Object.entries(said).map(([k, v]) => k + "=" + v).join(" ");
        document.body.append(line);
        })();
        </script>
        """;

    [GeneratedRegex("<p id=\"said\">([^<]*)</p>")]
    private static partial Regex Said();
}
