namespace DistTrain.Runtime;

/// <summary>Takes an actor's messages, from any thread, whichever engine the actor lives in.</summary>
public interface IMailbox<TMessage>
    where TMessage : class
{
    /// <returns>False: the mailbox is full, or the actor has stopped. The message stays the caller's.</returns>
    bool TryPost(TMessage message);

    /// <summary>Waits while the mailbox is full.</summary>
    /// <returns>False: the actor has stopped. The message stays the caller's.</returns>
    ValueTask<bool> PostAsync(TMessage message, CancellationToken cancellation);
}
