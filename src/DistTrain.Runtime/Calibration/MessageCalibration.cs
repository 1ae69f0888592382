using System.Buffers;
using System.Diagnostics;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Times an actor's part of a message: reading or writing it, and deciding what follows.</summary>
internal static class MessageCalibration
{
    /// <returns>Seconds for one message.</returns>
    public static double Measure()
    {
        WorkerMessage header = new WorkerMessage.PartialSum(new Term(1), new RoundNumber(1), 1, TreeNode.Leaf(3), 100);
        var bytes = new ArrayBufferWriter<byte>();
        double codec = RepeatedTiming.Of(() =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Messages; i++)
            {
                bytes.ResetWrittenCount();
                MessageCodec.Write(bytes, header);
                MessageCodec.ReadWorkerMessage(bytes.WrittenMemory);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds / Messages;
        }, TimeProvider.System).Median;
        return codec + DecisionSeconds;
    }

    /// <summary>The machine's part: handling a sum with its effects takes about a microsecond.</summary>
    private const double DecisionSeconds = 1e-6;

    private const int Messages = 256;
}
