using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/DistTrain.Benchmarks -- --filter '*Products*'
BenchmarkSwitcher.FromAssembly(typeof(DistTrain.Benchmarks.ProductBenchmarks).Assembly).Run(args);
