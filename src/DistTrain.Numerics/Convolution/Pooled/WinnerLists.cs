using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Convolution;

/// <summary>
/// Of some lines of 2 × 2 windows in one sample: each channel's gradients that are not zero, by ascending output position, and
/// where the positions' rows of b lie. Needs AVX-512.
/// </summary>
/// <remarks>
/// Output positions are looked at in chunks of sixteen, whose windows lie in one vector: each lane fetches its window's
/// gradient and winner, and keeps the gradient if the winner is the lane's own place in the window.
/// </remarks>
internal sealed unsafe class WinnerLists : IDisposable
{
    private readonly int _channels, _windowsOfChannel;
    private readonly int[] _lengths;
    private readonly WindowChunk[] _chunks;
    private readonly AlignedBuffer _values, _offsets;

    /// <param name="lines">Of output positions, from an even one on; an even number.</param>
    /// <param name="rowsDown">Lines of rows of b from one line of positions to the next.</param>
    /// <param name="rowStride">Floats from row to row of b.</param>
    public WinnerLists(in ConvolutionShape shape, int lines, int rowsDown, int rowStride)
    {
        _channels = shape.OutChannels;
        _windowsOfChannel = shape.OutHeight / 2 * (shape.OutWidth / 2);
        _chunks = WindowChunk.Cut(shape.OutWidth, lines, rowsDown * shape.OutWidth * rowStride, rowStride);
        Stride = (lines / 2 * (shape.OutWidth / 2)) + SampleBlocks.Lanes;
        _lengths = GC.AllocateArray<int>(_channels, pinned: true);
        _values = new AlignedBuffer(checked(_channels * Stride));
        _offsets = new AlignedBuffer(checked(_channels * Stride));
    }

    /// <summary>Entries from one channel's list to the next's.</summary>
    public int Stride { get; }

    /// <summary>Shape (channels,): entries.</summary>
    public int* Lengths => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_lengths, 0);

    public float* Values => _values.Pointer;

    /// <summary>Floats from b's first row to the entry's row.</summary>
    public int* Offsets => (int*)_offsets.Pointer;

    /// <param name="gradients">The first window's, of channel 0; channels follow each other. Readable for 15 floats more.</param>
    /// <param name="winners">Alike: the bits of a whole number, which of the window's four positions in row-major order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* gradients, float* winners)
    {
        float* values = Values;
        int* offsets = Offsets, lengths = Lengths;
        for (int channel = 0; channel < _channels; channel++)
        {
            float* value = values;
            int* offset = offsets;
            foreach (ref readonly WindowChunk chunk in _chunks.AsSpan())
            {
                Vector512<float> gradient = Avx512F.PermuteVar16x32(Vector512.Load(gradients + chunk.First), chunk.Window);
                Vector512<int> winner = Avx512F.PermuteVar16x32(Vector512.Load(winners + chunk.First).AsInt32(), chunk.Window);
                Vector512<float> keep = Vector512.Equals(winner, chunk.Place).AsSingle()
                    & ~Vector512.Equals(gradient, Vector512<float>.Zero);
                Avx512F.Compress(Vector512<float>.Zero, keep, gradient).Store(value);
                Avx512F.Compress(Vector512<int>.Zero, keep.AsInt32(), chunk.Offset).Store(offset);
                int entries = BitOperations.PopCount((uint)keep.ExtractMostSignificantBits());
                value += entries;
                offset += entries;
            }

            *lengths++ = (int)(value - values);
            values += Stride;
            offsets += Stride;
            gradients += _windowsOfChannel;
            winners += _windowsOfChannel;
        }
    }

    public void Dispose()
    {
        _values.Dispose();
        _offsets.Dispose();
    }
}
