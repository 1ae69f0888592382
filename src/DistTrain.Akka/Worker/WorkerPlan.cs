using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>Dials the coordinator's tensor listener and shows the ticket.</summary>
/// <param name="mailbox">Takes what arrives over the link, from any thread.</param>
internal delegate Task<ICoordinatorPort> DialTensors(
    string host, int port, LinkSession ticket, IMailbox<WorkerInput> mailbox, CancellationToken cancellation);

/// <summary>What a worker node gives its actor.</summary>
internal sealed record WorkerPlan(
    string Name, int Threads, ProtocolTimes Times, IRunSource Source, DialTensors Dial)
{
    /// <summary>Takes a line about the connection.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Told of attempts to connect, over all lives of the node.</summary>
    public AttemptLog Attempts { get; init; } = new(static _ => { });

    public Restarts Restarts { get; init; } = new();

    /// <summary>Whether sums of the actor of the moment have left; told by it, and begun anew by its supervisor.</summary>
    public bool HasDelivered { get; set; }

    /// <summary>How the worker ended; set once.</summary>
    public TaskCompletionSource<RunEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
