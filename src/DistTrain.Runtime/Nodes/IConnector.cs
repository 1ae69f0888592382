namespace DistTrain.Runtime;

/// <summary>Makes a worker's connections to its coordinator.</summary>
public interface IConnector
{
    /// <summary>One attempt; everything that arrives over the connection goes into this mailbox.</summary>
    /// <exception cref="LinkException">Nobody there, or refused; the message says which.</exception>
    Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation);
}
