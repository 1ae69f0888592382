using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

public sealed class SendOrderTests
{
    /// <summary>w3.1: bucket 1 of version 3; s5a1: bucket 1 of node a's sums of round 5; m: another frame.</summary>
    [Theory]
    [InlineData("w3.2", "w3.2")]
    [InlineData("w3.2 w3.1", "w3.1 w3.2")]
    [InlineData("w3.2 w3.0 w3.1", "w3.0 w3.1 w3.2")]
    [InlineData("w3.1 w4.0", "w3.1 w4.0")]
    [InlineData("w3.1 w4.1 w4.0 w3.0", "w3.1 w4.0 w4.1 w3.0")]
    [InlineData("m w3.1 w3.0", "m w3.0 w3.1")]
    [InlineData("w3.1 m w3.0", "w3.1 m w3.0")]
    [InlineData("m m", "m m")]
    [InlineData("s5a1 s5a0", "s5a0 s5a1")]
    [InlineData("s5a1 s5b0", "s5a1 s5b0")]
    [InlineData("s5a1 s6a0", "s5a1 s6a0")]
    [InlineData("W3.1 w3.0", "W3.1 w3.0")]
    public void First_FramesThatWait_LeaveInThisOrder(string waiting, string expected)
    {
        List<string> frames = [.. waiting.Split(' ')];
        List<string> left = [];
        while (frames.Count > 0)
        {
            int first = SendOrder.First(frames, BucketOf);
            left.Add(frames[first]);
            frames.RemoveAt(first);
        }

        Assert.Equal(expected, string.Join(' ', left));
    }

    private static BucketFrame? BucketOf(string frame) => frame[0] switch
    {
        'w' or 'W' => BucketFrame.Of(new CoordinatorMessage.Weights(
            new Term(frame[0] == 'w' ? 2 : 1), new WeightVersion(frame[1] - '0'), frame[3] - '0')),
        's' => BucketFrame.Of(new WorkerMessage.PartialSum(
            new Term(2), new RoundNumber(frame[1] - '0'), frame[3] - '0', new TreeNode(0, frame[2] - 'a'), 7)),
        _ => null,
    };
}
