using System.CommandLine;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>The engine for clusters over the network that is compiled in: here the plain one, which needs nothing but .NET.</summary>
internal sealed class ClusterEngine
{
    /// <summary>The plain engine has no options of its own.</summary>
    public static ClusterEngine ForCoordinator(Command command)
    {
        _ = command;
        return new ClusterEngine();
    }

    /// <inheritdoc cref="ForCoordinator"/>
    public static ClusterEngine ForWorker(Command command) => ForCoordinator(command);

#pragma warning disable CA1822 // Equal to the other engine's, which has options to read.
    public Task<TrainingResult> CoordinateAsync(
        ParseResult parsed, ClusterRequest request, ITrainingObserver observer, CancellationToken stop)
    {
        _ = parsed;
        return ClusterCoordinator.RunAsync(request, observer, stop);
    }

    public Task<RunEnd> WorkAsync(ParseResult parsed, WorkerRequest request, CancellationToken leave)
    {
        _ = parsed;
        return WorkerNode.RunAsync(request, leave);
    }
#pragma warning restore CA1822
}
