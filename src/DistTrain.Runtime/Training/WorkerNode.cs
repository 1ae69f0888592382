using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A worker that joins a coordinator over the network and serves it until the run ends.</summary>
public static class WorkerNode
{
    /// <param name="leave">The worker is asked to go: it finishes the work in hand, hands back the rest and ends.</param>
    /// <returns>How it ended: completed with the run, stopped on request, or failed with the reason.</returns>
    public static async Task<RunEnd> RunAsync(WorkerRequest request, CancellationToken leave)
    {
        RotatingConnector connector = RotatingConnector.For(
            request.Others.Prepend((request.Host, request.Port)), request.Token, request.Tls, request.Link);
        using var source = new RemoteRunSource(
            () => connector.Dialer, request.DataFolder ?? DefaultDataFolder(), request.Log ?? (static _ => { }));
        string name = request.Name ?? $"{Environment.MachineName} {Environment.ProcessId}";
        var worker = new WorkerActor(name, request.Threads, new ProtocolTimes(), source, connector)
        {
            Log = request.Log,
            Delivered = request.Delivered,
        };
        worker.Join();
        using CancellationTokenRegistration leaving = leave.Register(
            () => worker.TryPost(new WorkerInput.LeaveRequested("it was asked to leave")));
        using var orphaned = request.EndWithStandardInput ? new StandardInputWatch(worker.Stop) : null;
        RunEnd end = await worker.End.ConfigureAwait(false);
        worker.Stop();
        await worker.Completion.ConfigureAwait(false);
        return end;
    }

    internal static string DefaultDataFolder()
    {
        string cache = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Path.Combine(cache.Length > 0 ? cache : Path.GetTempPath(), "disttrain", "data");
    }
}
