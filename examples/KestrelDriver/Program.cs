// Drives the engine over a connection of Kestrel's socket transport (an ASP.NET Core ConnectionContext): the engine
// writes straight into the connection's output pipe and reads slices of its input pipe.
// dotnet run --project examples/KestrelDriver [--uri amqp://guest:guest@localhost]
using System.Net.Sockets;
using Amqp.Examples;
using Amqp.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

await using var broker = await ExampleBroker.StartAsync(args);
var options = AmqpConnectionOptions.Parse(broker.Uri);
var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
await socket.ConnectAsync(options.Endpoints[0].Host, options.Endpoints[0].Port);

using var factory = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), NullLogger.Instance);
await using var connection = factory.Create(socket);
await new ConnectionDriver(connection, options).RunAsync();
