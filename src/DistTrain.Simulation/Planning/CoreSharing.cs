namespace DistTrain.Simulation;

/// <summary>
/// How long work takes whose threads share a machine's cores fairly: where more threads want to run than there are cores, each
/// waits its turn, as the operating system's scheduler sees to it on the whole.
/// </summary>
internal static class CoreSharing
{
    /// <summary>
    /// Workers that begin together. A thread keeps its core for a time slice, or until it is done; then it stands behind those
    /// that wait. So short passes run one after the other, long ones side by side.
    /// </summary>
    /// <param name="seconds">Of each worker alone on the machine; at least one.</param>
    /// <param name="threads">Of each worker.</param>
    /// <param name="slowdown">How much slower a thread is while others compute too, on cores of their own; 1 or more.</param>
    /// <returns>When the last one is done.</returns>
    public static double EndOfLast(IReadOnlyList<double> seconds, int threads, int cores, double slowdown)
    {
        var waiting = new Queue<double>(seconds.SelectMany(work => Enumerable.Repeat(work, threads)));
        var running = new List<(double Work, double Slice)>();
        double end = 0;
        while (waiting.Count + running.Count > 0)
        {
            while (running.Count < cores && waiting.TryDequeue(out double next))
            {
                running.Add((next, SliceSeconds));
            }

            bool isContended = waiting.Count > 0;
            double work = running.Min(thread => isContended ? Math.Min(thread.Work, thread.Slice) : thread.Work);
            end += work * (running.Count > 1 ? slowdown : 1);
            for (int i = running.Count - 1; i >= 0; i--)
            {
                (double left, double slice) = (running[i].Work - work, running[i].Slice - work);
                running[i] = (left, slice);
                bool isDone = left <= 0;
                if (isDone || (slice <= 0 && isContended))
                {
                    running.RemoveAt(i);
                }

                if (!isDone && slice <= 0 && isContended)
                {
                    waiting.Enqueue(left);
                }
            }
        }

        return end;
    }

    /// <summary>Other work on all cores, a thread on each, comes in between.</summary>
    /// <param name="coreSeconds">Of that work.</param>
    /// <param name="threads">Threads that compute at that time.</param>
    /// <returns>By how much their end is put off: where a core was free, less than by the work's time on all cores.</returns>
    public static double Delay(double coreSeconds, int threads, int cores)
    {
        double shareBefore = Math.Min(1, (double)cores / threads);
        double share = (double)cores / (threads + cores);
        double lasts = coreSeconds / (cores * share);
        return lasts * (1 - (share / shareBefore));
    }

    /// <summary>
    /// Linux looks at every tick, usually 4 ms, whether a thread has had its slice, which is shorter
    /// (Documentation/scheduler/sched-eevdf.rst).
    /// </summary>
    private const double SliceSeconds = 0.004;
}
