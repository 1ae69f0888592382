using System.Numerics;

namespace DistTrain.Numerics.Convolution;

/// <summary>Sums the channels of samples over positions, samples and shards in the canonical order.</summary>
internal static class ChannelSum
{
    /// <param name="values">Shape (starts[^1], channelCount, positionCount).</param>
    public static void Run(
        int channelCount, int positionCount, ReadOnlySpan<int> starts, ReadOnlySpan<float> values, Span<float> sums)
    {
        Span<float> stack = stackalloc float[BitOperations.Log2((uint)starts.Length) + 2];
        for (int channel = 0; channel < channelCount; channel++)
        {
            int depth = 0;
            for (int segment = 0; segment < starts.Length - 1; segment++)
            {
                float sum = 0;
                for (int sample = starts[segment]; sample < starts[segment + 1]; sample++)
                {
                    sum += LaneSum.Sum(values.Slice(((sample * channelCount) + channel) * positionCount, positionCount));
                }

                for (int merges = BitOperations.TrailingZeroCount(~segment); merges > 0; merges--)
                {
                    sum = stack[--depth] + sum;
                }

                stack[depth++] = sum;
            }

            float total = depth == 0 ? 0 : stack[--depth];
            while (depth > 0)
            {
                total = stack[--depth] + total;
            }

            sums[channel] = total;
        }
    }
}
