using Amqp.Sim.Cli;

return await CommandTree.Build().Parse(args).InvokeAsync().ConfigureAwait(false);
