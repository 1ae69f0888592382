using System.Threading.Channels;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// A mailbox with a single reader: messages are handled one at a time, in order of arrival, so that an actor's state needs
/// no locks.
/// </summary>
/// <remarks>
/// <para>Threads: an actor has none. Whoever posts to an idle actor handles the message, and those that come meanwhile, on
/// the spot; whoever posts to a busy one leaves the message and goes on. So a chain of actors costs no wake-up of a
/// thread, which takes longer than most messages. Therefore nobody may post while holding a lock that a handler takes,
/// and after <see cref="TurnMessagesMax"/> messages a pool thread takes the turn over.</para>
/// <para>Order: what does not have to follow a message at once, and is better done knowing what else has come, waits until
/// no message does, or many were handled in a row (<see cref="TryGoOn"/>).</para>
/// <para>Supervision: a handler that throws has broken the actor's state, so the actor is never continued. It stops,
/// <see cref="OnFailed"/> is told once, and <see cref="Completion"/> ends. Whoever started it decides what follows (a
/// worker is started afresh with a new identity, a coordinator fails the run).</para>
/// <para>Stop: <see cref="Stop"/> closes the mailbox; the message in hand is finished, messages that wait are given
/// to <see cref="Discard"/>, then <see cref="OnStopped"/> runs, on a pool thread. It may be called from anywhere, any
/// number of times.</para>
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
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Instant? _alarmAt;
    private int _deadlineIsPosted;
    private int _turnIsTaken = 1;
    private bool _isOver;
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

    /// <summary>Ends when the actor has stopped, however that came; never faults. Ended before the start.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>When the actor wants <see cref="OnDeadline"/> at the latest; null: not at all.</summary>
    protected abstract Instant? NextDeadline { get; }

    public void Start()
    {
        Completion = _completion.Task;
        _ = Task.Run(TakeTurns);
    }

    /// <returns>False: the mailbox is full, or the actor has stopped. The message stays the caller's.</returns>
    public bool TryPost(TMessage message)
    {
        if (!_mailbox.Writer.TryWrite(message))
        {
            return false;
        }

        TakeTurnIfFree();
        return true;
    }

    /// <summary>Waits while the mailbox is full.</summary>
    /// <returns>False: the actor has stopped. The message stays the caller's.</returns>
    public async ValueTask<bool> PostAsync(TMessage message, CancellationToken cancellation)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return false;
        }

        TakeTurnIfFree();
        return true;
    }

    public void Stop()
    {
        _isStopping = true;
        if (_mailbox.Writer.TryComplete())
        {
            TakeTurnIfFree();
        }
    }

    protected abstract void Receive(TMessage message);

    /// <summary>A piece of what was put off until no message waits. Called again before the actor rests.</summary>
    /// <returns>False: there was nothing to do.</returns>
    protected virtual bool TryGoOn() => false;

    protected abstract void OnDeadline(Instant now);

    /// <summary>A handler threw, and the actor stops; or what follows its stop threw.</summary>
    protected abstract void OnFailed(Exception failure);

    /// <summary>Last call; no message comes any more.</summary>
    protected abstract void OnStopped();

    /// <summary>A message that will not be handled because the actor stopped: release what it owns.</summary>
    protected virtual void Discard(TMessage message)
    {
    }

    private void TakeTurnIfFree()
    {
        if (Interlocked.CompareExchange(ref _turnIsTaken, 1, 0) == 0)
        {
            TakeTurns();
        }
    }

    /// <summary>The caller has the turn: handles what waits, and gives the turn back when nothing does.</summary>
    private void TakeTurns()
    {
        do
        {
            if (_isOver)
            {
                return;
            }

            try
            {
                if (!HandleWaiting())
                {
                    _ = Task.Run(TakeTurns);
                    return;
                }
            }
#pragma warning disable CA1031 // Supervision: whatever a handler throws ends the actor, and its owner is told.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _isStopping = true;
                OnFailed(failure);
            }

            if (_isStopping)
            {
                _isOver = true;
                _ = Task.Run(EndAsync);
                return;
            }

            Interlocked.Exchange(ref _turnIsTaken, 0);
        }
        while ((_isStopping || _mailbox.Reader.TryPeek(out _))
            && Interlocked.CompareExchange(ref _turnIsTaken, 1, 0) == 0);
    }

    private async Task EndAsync()
    {
        _mailbox.Writer.TryComplete();
        await _alarm.DisposeAsync().ConfigureAwait(false);
        try
        {
            while (_mailbox.Reader.TryRead(out TMessage? rest))
            {
                if (rest is not null)
                {
                    Discard(rest);
                }
            }

            OnStopped();
        }
#pragma warning disable CA1031 // A state that a handler broke may not even be given back; whoever waits for the end is told all the same.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            OnFailed(failure);
        }

        _completion.TrySetResult();
    }

    /// <returns>False: more waits, but it is another thread's turn.</returns>
    private bool HandleWaiting()
    {
        for (int handled = 0; !_isStopping; handled++)
        {
            if (Interlocked.Exchange(ref _deadlineIsPosted, 0) == 1)
            {
                _alarmAt = null;
            }

            if (NextDeadline is { } due && due <= MonotonicClock.Now)
            {
                OnDeadline(MonotonicClock.Now);
            }

            if (handled >= TurnMessagesMax && _mailbox.Reader.TryPeek(out _))
            {
                TryGoOn();
                return false;
            }

            if (!_mailbox.Reader.TryRead(out TMessage? message))
            {
                if (TryGoOn())
                {
                    continue;
                }

                break;
            }

            if (message is not null)
            {
                Receive(message);
            }
        }

        ArmAlarm();
        return true;
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

    /// <summary>An empty message; where the mailbox is full, somebody reads it anyway.</summary>
    private void Ring()
    {
        Interlocked.Exchange(ref _deadlineIsPosted, 1);
        if (_mailbox.Writer.TryWrite(null))
        {
            TakeTurnIfFree();
        }
    }

    /// <summary>Messages that one poster handles in a row for others.</summary>
    private const int TurnMessagesMax = 256;

    private const long AlarmMsMax = 3_600_000;
}
