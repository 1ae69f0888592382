using System.Threading.Channels;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// A mailbox with a single reader: messages are handled one at a time, in order of arrival, so that an actor's state needs
/// no locks.
/// </summary>
/// <remarks>
/// <para>Supervision: a handler that throws has broken the actor's state, so the actor is never continued. It stops,
/// <see cref="OnFailed"/> is told once, and <see cref="Completion"/> ends. Whoever started it decides what follows (a
/// worker is started afresh with a new identity, a coordinator fails the run).</para>
/// <para>Stop: <see cref="Stop"/> closes the mailbox; the message in hand is finished, messages that wait are given
/// to <see cref="Discard"/>, then <see cref="OnStopped"/> runs. It may be called from anywhere, any number of times.</para>
/// <para>Time: the actor is woken by <see cref="OnDeadline"/> once <see cref="NextDeadline"/> has come. The alarm may
/// ring early (it is only moved forward), so deadlines are checked against the clock.</para>
/// </remarks>
#pragma warning disable CA1001 // The alarm ends with the actor's loop, not with a call of its owner's.
public abstract class Actor<TMessage> : IMailbox<TMessage>
#pragma warning restore CA1001
    where TMessage : class
{
    private readonly Channel<TMessage?> _mailbox;
    private readonly Timer _alarm;
    private Instant? _alarmAt;
    private int _deadlineIsPosted;
    private volatile bool _isStopping;

    /// <param name="capacity">Messages that may wait; a sender beyond it is told (TryPost) or held back (PostAsync).</param>
    protected Actor(string name, int capacity)
    {
        Name = name;
        _mailbox = Channel.CreateBounded<TMessage?>(new BoundedChannelOptions(capacity)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,
        });
        _alarm = new Timer(static actor => ((Actor<TMessage>)actor!).Ring(), this, Timeout.Infinite, Timeout.Infinite);
    }

    public string Name { get; }

    /// <summary>Ends when the actor has stopped, however that came; never faults.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>When the actor wants <see cref="OnDeadline"/> at the latest; null: not at all.</summary>
    protected abstract Instant? NextDeadline { get; }

    public void Start() => Completion = Task.Run(RunAsync);

    /// <returns>False: the mailbox is full, or the actor has stopped. The message stays the caller's.</returns>
    public bool TryPost(TMessage message) => _mailbox.Writer.TryWrite(message);

    /// <summary>Waits while the mailbox is full.</summary>
    /// <returns>False: the actor has stopped. The message stays the caller's.</returns>
    public async ValueTask<bool> PostAsync(TMessage message, CancellationToken cancellation)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(message, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    public void Stop()
    {
        _isStopping = true;
        _mailbox.Writer.TryComplete();
    }

    protected abstract void Receive(TMessage message);

    protected abstract void OnDeadline(Instant now);

    /// <summary>A handler threw; the actor stops.</summary>
    protected abstract void OnFailed(Exception failure);

    /// <summary>Last call; no message comes any more.</summary>
    protected abstract void OnStopped();

    /// <summary>A message that will not be handled because the actor stopped: release what it owns.</summary>
    protected virtual void Discard(TMessage message)
    {
    }

    private async Task RunAsync()
    {
        try
        {
            HandleWaiting();
            while (await _mailbox.Reader.WaitToReadAsync().ConfigureAwait(false) && !_isStopping)
            {
                HandleWaiting();
            }
        }
#pragma warning disable CA1031 // Supervision: whatever a handler throws ends the actor, and its owner is told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            OnFailed(failure);
        }

        Stop();
        await _alarm.DisposeAsync().ConfigureAwait(false);
        while (_mailbox.Reader.TryRead(out TMessage? rest))
        {
            if (rest is not null)
            {
                Discard(rest);
            }
        }

        OnStopped();
    }

    private void HandleWaiting()
    {
        while (!_isStopping)
        {
            if (Interlocked.Exchange(ref _deadlineIsPosted, 0) == 1)
            {
                _alarmAt = null;
            }

            if (NextDeadline is { } due && due <= MonotonicClock.Now)
            {
                OnDeadline(MonotonicClock.Now);
            }

            if (!_mailbox.Reader.TryRead(out TMessage? message))
            {
                break;
            }

            if (message is not null)
            {
                Receive(message);
            }
        }

        ArmAlarm();
    }

    private void ArmAlarm()
    {
        if (NextDeadline is not { } due || (_alarmAt is { } armed && armed <= due))
        {
            return;
        }

        double waitMs = Math.Max(1, Math.Ceiling((due - MonotonicClock.Now).TotalMilliseconds));
        _alarmAt = due;
        _alarm.Change((long)Math.Min(waitMs, AlarmMsMax), Timeout.Infinite);
    }

    /// <summary>Wakes the reader with an empty message; a full mailbox wakes it anyway.</summary>
    private void Ring()
    {
        Interlocked.Exchange(ref _deadlineIsPosted, 1);
        _mailbox.Writer.TryWrite(null);
    }

    private const long AlarmMsMax = 3_600_000;
}
