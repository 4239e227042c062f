return await Amqp.Simulation.SimChild.MainAsync(args);
