using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>A host with a link and an actor: messages are handled one after the other, and handling takes time.</summary>
internal abstract class ScalingNode(ScalingWorld world)
{
    private readonly Queue<Action> _mailbox = new();
    private bool _isBusy;
    private long _spent;
    private Instant? _timer;

    public HostLink Link { get; } = new(world);

    protected ScalingWorld World => world;

    protected Instant Now => new(world.Now / 1000);

    /// <summary>Something for the actor.</summary>
    public void Post(Action message)
    {
        _mailbox.Enqueue(message);
        if (!_isBusy)
        {
            HandleNext();
        }
    }

    /// <summary>The message in hand takes so much longer.</summary>
    protected void Spend(double seconds) => _spent += (long)(seconds * 1e9);

    /// <summary>Sends when the work before it in this message is done.</summary>
    protected void Send(ScalingLink link, long bytes, Action arrived, BucketFrame? bucket = null) =>
        world.In(_spent, () => link.Send(bytes, arrived, bucket));

    /// <summary>Does something when the work before it in this message is done.</summary>
    protected void After(double seconds, Action action) => world.In(_spent + (long)(seconds * 1e9), action);

    protected void SetTimer(Instant? deadline)
    {
        if (deadline is not Instant at || _timer == at)
        {
            return;
        }

        _timer = at;
        world.In((at.Microseconds * 1000) - world.Now, () =>
        {
            if (_timer == at)
            {
                _timer = null;
                Post(TimerRang);
            }
        });
    }

    protected abstract void TimerRang();

    /// <summary>What was put off until no message waits; null: nothing.</summary>
    protected virtual Action? PutOff => null;

    private void HandleNext()
    {
        bool isMessage = _mailbox.TryDequeue(out Action? next);
        next ??= PutOff;
        _isBusy = next is not null;
        if (next is not null)
        {
            _spent = isMessage ? (long)(world.Costs.MessageSeconds * 1e9) : 0;
            next();
            world.In(_spent, HandleNext);
        }
    }
}
