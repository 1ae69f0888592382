using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Loads the run of a Welcome beside the mailbox and posts the answer, whatever it is.</summary>
internal static class RunLoading
{
    public static async Task LoadAsync(
        IRunSource source, IWorkerHost host, CoordinatorMessage.Welcome welcome, CancellationToken ending)
    {
        try
        {
            LoadedRun run = await Task.Run(() => source.LoadAsync(welcome, ending)).ConfigureAwait(false);
            host.Post(new WorkerInput.Loaded(run));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The node ends; nobody waits for the answer.
        }
#pragma warning disable CA1031 // Whatever keeps a run from loading is told to the coordinator, which names it in its log.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            string reason = NodeFailure.IsOutOfMemory(failure)
                ? $"out of memory while loading the run: {NodeFailure.OnShortMemory}"
                : failure.Message;
            host.Post(new WorkerInput.NotLoaded(
                reason, MayHeal: failure is LinkException { IsFinal: false }));
        }
    }
}
