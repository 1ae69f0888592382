using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// Bounds what a link may have waiting for an Akka actor, whose own mailbox has no bound: a reader waits until there is
/// room, and TCP holds its sender back.
/// </summary>
/// <param name="tell">Hands an input to the actor; the actor calls <see cref="Taken"/> for each.</param>
/// <param name="capacity">Inputs that may wait.</param>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing; late posters may still ask it.
internal sealed class ActorMailbox<TInput>(Action<TInput> tell, int capacity) : IMailbox<TInput>
#pragma warning restore CA1001
    where TInput : class
{
    private readonly SemaphoreSlim _room = new(capacity);
    private volatile bool _isClosed;

    public bool TryPost(TInput message)
    {
        if (_isClosed || !_room.Wait(0))
        {
            return false;
        }

        tell(message);
        return true;
    }

    public async ValueTask<bool> PostAsync(TInput message, CancellationToken cancellation)
    {
        if (_isClosed)
        {
            return false;
        }

        await _room.WaitAsync(cancellation).ConfigureAwait(false);
        if (_isClosed)
        {
            _room.Release();
            return false;
        }

        tell(message);
        return true;
    }

    /// <summary>The actor took one input out.</summary>
    public void Taken() => _room.Release();

    /// <summary>The actor is gone: nothing is taken any more, and whoever waits for room goes on.</summary>
    public void Close()
    {
        _isClosed = true;
        if (_room.CurrentCount == 0)
        {
            _room.Release();
        }
    }
}
