using System.Collections.Concurrent;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Actors;

public sealed class ActorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_FromManyThreads_AreHandledOneAtATimeInOrder()
    {
        var actor = new Probe();
        actor.Start();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (int number = 0; number < 500; number++)
            {
                Assert.True(await actor.PostAsync($"{sender} {number:D4}", default));
            }
        })));
        await actor.PostAsync("stop", default);
        await actor.Completion.WaitAsync(Patience);

        Assert.Equal(2000, actor.Handled.Count);
        Assert.Equal(1, actor.MostAtOnce);
        for (int sender = 0; sender < 4; sender++)
        {
            string[] own = [.. actor.Handled.Where(message => message.StartsWith($"{sender} ", StringComparison.Ordinal))];
            Assert.Equal(own.Order(StringComparer.Ordinal), own);
        }
    }

    [Fact]
    public async Task Handler_ThatThrows_StopsTheActorAndItsOwnerIsTold()
    {
        var actor = new Probe();
        Assert.True(actor.TryPost("throw"));
        Assert.True(actor.TryPost("never handled"));
        actor.Start();
        await actor.Completion.WaitAsync(Patience);

        Assert.Equal("thrown on purpose", actor.Failure?.Message);
        Assert.Equal(["never handled"], actor.Discarded);
        Assert.True(actor.IsStopped);
        Assert.False(actor.TryPost("late"));
        Assert.False(await actor.PostAsync("late", default));
    }

    /// <summary>What a handler broke may break its giving back, too; whoever waits for the actor must not wait for ever.</summary>
    [Fact]
    public async Task Stop_ThatThrows_EndsTheActorAndItsOwnerIsTold()
    {
        var actor = new Probe { IsBroken = true };
        Assert.True(actor.TryPost("stop"));
        actor.Start();
        await actor.Completion.WaitAsync(Patience);

        Assert.Equal("cannot even stop", actor.Failure?.Message);
    }

    [Fact]
    public async Task PutOff_WhileMessagesWait_IsDonePieceByPieceWhenNoneDoes()
    {
        var actor = new Probe { Pieces = 3 };
        Assert.True(actor.TryPost("first"));
        Assert.True(actor.TryPost("second"));
        actor.Start();
        await actor.Idle.Task.WaitAsync(Patience);
        Assert.Equal(["first", "second", "piece", "piece", "while a piece is done", "piece"], actor.Handled);
    }

    [Fact]
    public async Task PutOff_WhileMessagesNeverEnd_IsDoneAllTheSame()
    {
        var actor = new Probe { Pieces = 1, IsFlooded = true };
        Assert.True(actor.TryPost("again"));
        actor.Start();
        await actor.Completion.WaitAsync(Patience);
        Assert.Equal("piece", actor.Handled.Last());
    }

    [Fact]
    public async Task Deadline_WithoutAnyMessage_IsKept()
    {
        var actor = new Probe { Deadline = MonotonicClock.Now + TimeSpan.FromMilliseconds(5) };
        actor.Start();
        await actor.Completion.WaitAsync(Patience);

        Assert.True(actor.RangAt >= actor.Deadline);
    }

    [Fact]
    public void TryPost_ToAFullMailbox_SaysSo()
    {
        var actor = new Probe();
        for (int message = 0; message < Probe.Capacity; message++)
        {
            Assert.True(actor.TryPost("waits"));
        }

        Assert.False(actor.TryPost("too many"));
    }

    private sealed class Probe() : Actor<string>("probe", Capacity)
    {
        public const int Capacity = 16;
        private int _inside;

        public ConcurrentQueue<string> Handled { get; } = new();

        public List<string> Discarded { get; } = [];

        public int MostAtOnce { get; private set; }

        public Exception? Failure { get; private set; }

        public bool IsStopped { get; private set; }

        /// <summary>Put-off work.</summary>
        public int Pieces { get; set; }

        /// <summary>Each message posts another one, until a piece of work is done.</summary>
        public bool IsFlooded { get; init; }

        /// <summary>Done when no piece is left.</summary>
        public TaskCompletionSource Idle { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsBroken { get; init; }

        public Instant? Deadline { get; init; }

        public Instant? RangAt { get; private set; }

        protected override Instant? NextDeadline => RangAt is null ? Deadline : null;

        protected override void Receive(string message)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _inside));
            if (message == "throw")
            {
                throw new InvalidOperationException("thrown on purpose");
            }

            if (message == "stop")
            {
                Stop();
            }
            else
            {
                Handled.Enqueue(message);
            }

            if (IsFlooded)
            {
                TryPost("again");
            }

            Interlocked.Decrement(ref _inside);
        }

        protected override bool TryGoOn()
        {
            if (Pieces == 0)
            {
                Idle.TrySetResult();
                return false;
            }

            Handled.Enqueue("piece");
            if (IsFlooded)
            {
                Stop();
            }
            else if (--Pieces == 1)
            {
                TryPost("while a piece is done");
            }

            return true;
        }

        protected override void OnDeadline(Instant now)
        {
            RangAt = now;
            Stop();
        }

        protected override void OnFailed(Exception failure) => Failure = failure;

        protected override void OnStopped()
        {
            IsStopped = true;
            if (IsBroken)
            {
                throw new InvalidOperationException("cannot even stop");
            }
        }

        protected override void Discard(string message) => Discarded.Add(message);
    }
}
