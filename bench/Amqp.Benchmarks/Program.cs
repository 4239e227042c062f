using Amqp.Benchmarks;
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(DeliveryBenchmarks).Assembly).Run(args);
