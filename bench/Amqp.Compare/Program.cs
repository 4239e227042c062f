using Amqp.Compare.Client;
using Amqp.Compare.Curves;
using Amqp.Compare.Orchestration;
using Amqp.Compare.Sink;

// One executable plays every part, so that a comparison needs no second build:
//   (nothing)  runs the contestants against each other and prints the tables
//   curves    measures and draws what a message costs with more channels, consumers and unsettled publishes
//   sink       the null broker, in a process of its own
//   client     one contestant in one workload, in a process of its own; prints one line of JSON
return args switch
{
    ["sink", .. var rest] => SinkProgram.Run(rest),
    ["client", .. var rest] => await ClientProgram.RunAsync(rest),
    ["curves", .. var rest] => await CurvesProgram.RunAsync(rest),
    _ => await CompareProgram.RunAsync(args),
};
