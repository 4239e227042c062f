using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Property.Architecture;

/// <summary>I3: the engine cannot reach a socket, a stream, a thread, a timer, a clock or a random number.</summary>
public class EnginePurityTests
{
    [Fact]
    public void I3_The_engine_names_only_pure_parts_of_the_base_library() =>
        Findings.None("Amqp.Engine names", PurityScan.Offences(Repository.Assembly("Amqp.Engine")));

    [Theory]
    [InlineData("System.Net.Sockets.Socket")]
    [InlineData("System.IO.Pipelines.IDuplexPipe")]
    [InlineData("System.Threading.Tasks.Task")]
    [InlineData("System.TimeProvider")]
    public void The_scan_sees_what_the_transport_names(string type) =>
        Assert.Contains(type, PurityScan.Offences(Repository.Assembly("Amqp.Transport")));

    [Theory]
    [InlineData("_ = DateTime.UtcNow;", "System.DateTime.get_UtcNow")]
    [InlineData("_ = DateTimeOffset.Now;", "System.DateTimeOffset.get_Now")]
    [InlineData("_ = System.Diagnostics.Stopwatch.GetTimestamp();", "System.Diagnostics.Stopwatch")]
    [InlineData("_ = Environment.TickCount64;", "System.Environment.get_TickCount64")]
    [InlineData("_ = Random.Shared.Next();", "System.Random")]
    [InlineData("_ = Guid.NewGuid();", "System.Guid.NewGuid")]
    [InlineData("_ = TimeProvider.System;", "System.TimeProvider")]
    [InlineData("Thread.Sleep(1);", "System.Threading.Thread")]
    [InlineData("ThreadPool.QueueUserWorkItem(_ => { });", "System.Threading.ThreadPool")]
    [InlineData("_ = new Timer(_ => { });", "System.Threading.Timer")]
    [InlineData("_ = Task.CompletedTask;", "System.Threading.Tasks.Task")]
    [InlineData("_ = File.Exists(\"x\");", "System.IO.File")]
    [InlineData("_ = new MemoryStream();", "System.IO.MemoryStream")]
    [InlineData("_ = new System.IO.Pipelines.Pipe();", "System.IO.Pipelines.Pipe")]
    [InlineData("_ = System.Net.Dns.GetHostName();", "System.Net.Dns")]
    [InlineData("_ = System.Security.Cryptography.RandomNumberGenerator.GetInt32(2);",
        "System.Security.Cryptography.RandomNumberGenerator")]
    [InlineData("_ = Type.GetType(\"x\")!.GetMethods();", "System.Reflection.MethodInfo")]
    public void The_scan_sees_each_forbidden_thing(string statement, string expected)
    {
        var code = $"public static class Sample {{ public static void Run() {{ {statement} }} }}";
        using var assembly = new MemoryStream();
        var result = Compiler.Compile(code).Emit(assembly);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        assembly.Position = 0;
        Assert.Contains(expected, PurityScan.Offences(assembly));
    }

    [Fact]
    public void The_scan_has_nothing_against_pure_code()
    {
        const string Code = "public static class Sample { public static int Run(ReadOnlySpan<byte> x) => x.Length; }";
        using var assembly = new MemoryStream();
        Assert.True(Compiler.Compile(Code).Emit(assembly).Success);
        assembly.Position = 0;
        Assert.Empty(PurityScan.Offences(assembly));
    }
}
