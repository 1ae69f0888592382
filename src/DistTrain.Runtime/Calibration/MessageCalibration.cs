using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Times what a message costs beside its floats.</summary>
internal static class MessageCalibration
{
    /// <returns>Seconds of an actor for one message, and seconds until another thread takes one.</returns>
    public static (double Message, double Hop) Measure()
    {
        WorkerMessage header = new WorkerMessage.PartialSum(new Term(1), new RoundNumber(1), 1, TreeNode.Leaf(3), 100);
        var bytes = new ArrayBufferWriter<byte>();
        double codec = MachineCalibration.Median(() =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Messages; i++)
            {
                bytes.ResetWrittenCount();
                MessageCodec.Write(bytes, header);
                MessageCodec.ReadWorkerMessage(bytes.WrittenMemory);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds / Messages;
        });
        return (codec + DecisionSeconds, MachineCalibration.Median(HopOnce));
    }

    /// <summary>There and back between two readers, as between two mailboxes.</summary>
    private static double HopOnce()
    {
        var there = Channel.CreateBounded<long>(1);
        var back = Channel.CreateBounded<long>(1);
        Task echo = Task.Run(async () =>
        {
            for (int i = 0; i < Hops; i++)
            {
                await back.Writer.WriteAsync(await there.Reader.ReadAsync().ConfigureAwait(false)).ConfigureAwait(false);
            }
        });
        Task<double> ask = Task.Run(async () =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Hops; i++)
            {
                await there.Writer.WriteAsync(i).ConfigureAwait(false);
                await back.Reader.ReadAsync().ConfigureAwait(false);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds / (2 * Hops);
        });
        double seconds = ask.GetAwaiter().GetResult();
        echo.GetAwaiter().GetResult();
        return seconds;
    }

    /// <summary>The machine's part: handling a sum with its effects takes about a microsecond.</summary>
    private const double DecisionSeconds = 1e-6;

    private const int Messages = 256;

    private const int Hops = 64;
}
