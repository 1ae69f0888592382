namespace DistTrain.Protocol;

/// <summary>Divides shards among workers so that all are done at the same time, as well as whole shards allow.</summary>
internal static class ShardAssignment
{
    /// <summary>How many of <paramref name="shardCount"/> shards each worker gets.</summary>
    /// <param name="shardCount">Shards to give out; 0 or more.</param>
    /// <param name="speeds">Shards a second of each worker, all above 0; at least one worker.</param>
    /// <param name="backlogs">Shards that each worker has to do already.</param>
    /// <returns>One count per worker; the sum is <paramref name="shardCount"/>.</returns>
    /// <remarks>
    /// The common time T solves Σ max(0, speed·T − backlog) = shardCount; the fractions are rounded by largest remainder
    /// (Hamilton), ties going to the earlier worker, so that the counts are the same on every machine.
    /// </remarks>
    public static int[] Split(int shardCount, ReadOnlySpan<double> speeds, ReadOnlySpan<int> backlogs)
    {
        double time = CommonTime(shardCount, speeds, backlogs);
        int[] counts = new int[speeds.Length];
        double[] remainders = new double[speeds.Length];
        int given = 0;
        for (int worker = 0; worker < counts.Length; worker++)
        {
            double share = Math.Clamp((speeds[worker] * time) - backlogs[worker], 0, shardCount);
            counts[worker] = Math.Min((int)share, shardCount - given);
            remainders[worker] = share - counts[worker];
            given += counts[worker];
        }

        for (; given < shardCount; given++)
        {
            int best = 0;
            for (int worker = 1; worker < counts.Length; worker++)
            {
                best = remainders[worker] > remainders[best] + RemainderTie ? worker : best;
            }

            counts[best]++;
            remainders[best] -= 1;
        }

        return counts;
    }

    /// <summary>
    /// Shifts the borders between neighbours' contiguous shares of a whole round to rounder positions, where that makes
    /// nobody's share last longer than <see cref="AlignTolerance"/> times the longest: a range that starts and ends at a
    /// multiple of a large power of two consists of fewer tree nodes, so fewer sums travel.
    /// </summary>
    /// <param name="firstShard">Where the first share begins.</param>
    public static void AlignBorders(Span<int> counts, ReadOnlySpan<double> speeds, int firstShard = 0)
    {
        double longest = 0;
        int shardCount = 0;
        for (int worker = 0; worker < counts.Length; worker++)
        {
            longest = Math.Max(longest, counts[worker] / speeds[worker]);
            shardCount += counts[worker];
        }

        double allowed = longest * AlignTolerance;
        int border = 0;
        for (int worker = 0; worker + 1 < counts.Length; worker++)
        {
            int start = border;
            border += counts[worker];
            for (int step = HighestPowerOfTwo(firstShard + shardCount); step > 1; step /= 2)
            {
                int rounder = ((firstShard + border + (step / 2)) / step * step) - firstShard;
                int left = rounder - start;
                int right = counts[worker + 1] - (rounder - border);
                bool fits = left >= 0 && right >= 0 && (left > 0 || counts[worker] == 0)
                    && left <= allowed * speeds[worker] && right <= allowed * speeds[worker + 1];
                if (fits)
                {
                    counts[worker] = left;
                    counts[worker + 1] = right;
                    border = rounder;
                    break;
                }
            }
        }
    }

    private static double CommonTime(int shardCount, ReadOnlySpan<double> speeds, ReadOnlySpan<int> backlogs)
    {
        // Workers enter in the order in which their backlog ends; each one that enters raises the speed of the rest.
        double[] freeAt = new double[speeds.Length];
        int[] order = new int[speeds.Length];
        for (int worker = 0; worker < order.Length; worker++)
        {
            order[worker] = worker;
            freeAt[worker] = backlogs[worker] / speeds[worker];
        }

        Array.Sort(freeAt, order);
        double speed = 0;
        double backlog = 0;
        double time = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (i > 0 && (shardCount + backlog) / speed <= freeAt[i])
            {
                break;
            }

            speed += speeds[order[i]];
            backlog += backlogs[order[i]];
            time = (shardCount + backlog) / speed;
        }

        return time;
    }

    private static int HighestPowerOfTwo(int value) => value < 1 ? 1 : 1 << System.Numerics.BitOperations.Log2((uint)value);

    private const double RemainderTie = 1e-9;

    private const double AlignTolerance = 1.05;
}
