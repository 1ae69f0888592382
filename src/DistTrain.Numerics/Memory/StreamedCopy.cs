using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics;

/// <summary>Copies whose result goes to memory past the caches.</summary>
/// <remarks>
/// A line of memory that another core has read must be taken away from it before it can be written in the cache. Between
/// cores that share no cache this takes so long that lines are written five times slower than they are read; a store past
/// the caches does not wait for it. Where all cores share a cache it costs a little.
/// </remarks>
public static class StreamedCopy
{
    /// <summary>Copies. Before another thread is told of the result, <see cref="Publish"/>.</summary>
    /// <param name="destination">As long as the source, elsewhere.</param>
    public static unsafe void Copy(ReadOnlySpan<float> source, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);
        fixed (float* from = source, to = destination)
        {
            int before = Math.Min(source.Length, (int)((nuint)(-(nint)to) % LineBytes / sizeof(float)));
            int end = before + ((source.Length - before) / LineFloats * LineFloats);
            source[..before].CopyTo(destination);
            CopyLines(from, to, before, end);
            source[end..].CopyTo(destination[end..]);
        }
    }

    /// <summary>Other threads see what this one copied before. Nothing else puts these stores in order.</summary>
    public static void Publish() => Thread.MemoryBarrier();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void CopyLines(float* from, float* to, int start, int end)
    {
        for (int i = start; i < end; i += LineFloats)
        {
            Vector512.StoreAlignedNonTemporal(Vector512.Load(from + i), to + i);
        }
    }

    private const int LineFloats = 16;
    private const int LineBytes = LineFloats * sizeof(float);
}
