using Amqp.Compare.Client;
using Amqp.Compare.Orchestration;
using Amqp.Compare.Sink;

// One executable plays every part, so that a comparison needs no second build:
//   (nothing)  runs the contestants against each other and prints the tables
//   sink       the null broker, in a process of its own
//   client     one contestant in one workload, in a process of its own; prints one line of JSON
return args switch
{
    ["sink", .. var rest] => SinkProgram.Run(rest),
    ["client", .. var rest] => await ClientProgram.RunAsync(rest),
    _ => await CompareProgram.RunAsync(args),
};
