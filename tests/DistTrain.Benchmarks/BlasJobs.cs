using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Benchmarks;

/// <summary>
/// Every product twice, in processes of their own: OpenBLAS reads its core type once, when it is loaded. Our kernels do
/// not know the variable and should show the same in both.
/// </summary>
internal sealed class BlasJobs : ManualConfig
{
    public BlasJobs()
    {
        Job job = Job.ShortRun.WithEnvironmentVariable(OpenBlas.ThreadsVariable, "1");
        AddJob(job.WithId("as it comes"));
        AddJob(job.WithEnvironmentVariable(OpenBlas.CoreTypeVariable, "SkylakeX").WithId("SkylakeX"));
    }
}
