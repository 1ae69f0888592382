using System.Net.Security;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Links;

public sealed class FrameSenderTests
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    /// <summary>While one frame is written, others queue up behind it.</summary>
    [Fact]
    public async Task FrameSender_BucketsThatWait_LeaveFrontFirstAndPassNothingElse()
    {
        var stream = new Gate();
        var sender = new FrameSender(stream, 16, static reason => Assert.Fail(reason));
        int released = 0;
        foreach ((int version, int? bucket) in new (int, int?)[] { (3, 4), (3, 2), (3, 1), (0, null), (3, 3), (3, 0) })
        {
            var header = new CoordinatorMessage.Weights(new Term(1), new WeightVersion(version), bucket ?? 0);
            Assert.True(sender.TrySend(new OutgoingFrame(
                FrameKind.Tensor, new[] { (byte)(bucket ?? 9) }, new byte[4000], () => Interlocked.Increment(ref released),
                bucket is null ? null : header.Version, bucket is null ? null : BucketFrame.Of(header))));
            await stream.FirstWrite.Task.WaitAsync(TimeMax);
        }

        stream.Open.SetResult();
        await sender.FinishAsync(TimeMax).WaitAsync(TimeMax);
        Assert.Equal([4, 1, 2, 9, 0, 3], stream.Messages);
        Assert.Equal(6, released);
    }

    [Fact]
    public async Task FrameSender_ABreakWhileBucketsWait_ReleasesEachOnce()
    {
        var stream = new Gate(framesMax: 2);
        var broken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sender = new FrameSender(stream, 16, broken.SetResult);
        int released = 0;
        for (int bucket = 4; bucket >= 0; bucket--)
        {
            var header = new CoordinatorMessage.Weights(new Term(1), new WeightVersion(3), bucket);
            Assert.True(sender.TrySend(new OutgoingFrame(
                FrameKind.Tensor, new byte[1], new byte[4000], () => Interlocked.Increment(ref released), header.Version,
                BucketFrame.Of(header))));
            await stream.FirstWrite.Task.WaitAsync(TimeMax);
        }

        stream.Open.SetResult();
        Assert.Equal("cut", await broken.Task.WaitAsync(TimeMax));
        await sender.FinishAsync(TimeMax).WaitAsync(TimeMax);
        Assert.Equal(5, released);
    }

    /// <summary>TLS that cannot say its end, here because it never began.</summary>
    [Fact]
    public async Task Finish_AStreamThatCannotTellTheEnd_SaysSo()
    {
        await using var stream = new SslStream(new MemoryStream());
        var sender = new FrameSender(stream, 1, static reason => Assert.Fail(reason));

        Assert.False(await sender.FinishAsync(TimeMax).WaitAsync(TimeMax));
    }

    /// <summary>Takes nothing before it is opened; keeps the one byte of each frame's message.</summary>
    private sealed class Gate(int framesMax = int.MaxValue) : MemoryStream
    {
        public TaskCompletionSource FirstWrite { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<byte> Messages { get; } = [];

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            FirstWrite.TrySetResult();
            await Open.Task.WaitAsync(cancellationToken);
            if (Messages.Count == framesMax)
            {
                throw new IOException("cut");
            }

            if (buffer.Length == FrameHeader.Bytes + 1)
            {
                Messages.Add(buffer.Span[^1]);
            }
        }
    }
}
