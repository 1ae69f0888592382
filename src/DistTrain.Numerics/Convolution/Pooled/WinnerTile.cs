using DistTrain.Numerics.Products;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Convolution;

/// <summary>One channel of the weight's gradient at a time, up to eight 512-bit accumulators wide, over the channel's entries.</summary>
internal static unsafe class WinnerTile
{
    public const int VectorsMost = 8;

    /// <summary>For each channel: sum ← fma(value, row of b, sum) over its entries.</summary>
    /// <param name="vectors">Width; 1 to <see cref="VectorsMost"/>.</param>
    /// <param name="b">The tile's columns of b's first row.</param>
    /// <param name="isFirst">The sums start at zero.</param>
    /// <param name="sum">Shape (channels, 16 · vectors).</param>
    public static void Run(int vectors, int channels, WinnerLists lists, float* b, bool isFirst, float* sum)
    {
        switch (vectors)
        {
            case 1: Run<OneVector>(channels, lists, b, isFirst, sum); break;
            case 2: Run<TwoVectors>(channels, lists, b, isFirst, sum); break;
            case 3: Run<ThreeVectors>(channels, lists, b, isFirst, sum); break;
            case 4: Run<FourVectors>(channels, lists, b, isFirst, sum); break;
            case 5: Run<FiveVectors>(channels, lists, b, isFirst, sum); break;
            case 6: Run<SixVectors>(channels, lists, b, isFirst, sum); break;
            case 7: Run<SevenVectors>(channels, lists, b, isFirst, sum); break;
            default: Run<EightVectors>(channels, lists, b, isFirst, sum); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TWidth>(int channels, WinnerLists lists, float* b, bool isFirst, float* sum)
        where TWidth : struct, ITileWidth
    {
        float* listValues = lists.Values;
        int* listOffsets = lists.Offsets, lengths = lists.Lengths;
        int stride = lists.Stride;
        for (; channels > 0; channels--, listValues += stride, listOffsets += stride, sum += TWidth.Vectors * 16)
        {
            float* values = listValues;
            float* end = values + *lengths++;
            int* offsets = listOffsets;
            Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
            Vector512<float> c4 = default, c5 = default, c6 = default, c7 = default;
            if (!isFirst)
            {
                c0 = Vector512.Load(sum);
                c1 = TWidth.Vectors > 1 ? Vector512.Load(sum + 16) : default;
                c2 = TWidth.Vectors > 2 ? Vector512.Load(sum + 32) : default;
                c3 = TWidth.Vectors > 3 ? Vector512.Load(sum + 48) : default;
                c4 = TWidth.Vectors > 4 ? Vector512.Load(sum + 64) : default;
                c5 = TWidth.Vectors > 5 ? Vector512.Load(sum + 80) : default;
                c6 = TWidth.Vectors > 6 ? Vector512.Load(sum + 96) : default;
                c7 = TWidth.Vectors > 7 ? Vector512.Load(sum + 112) : default;
            }

            while (values < end)
            {
                Vector512<float> a = Vector512.Create(*values++);
                float* row = b + *offsets++;
                c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(row), c0);
                c1 = TWidth.Vectors > 1 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 16), c1) : default;
                c2 = TWidth.Vectors > 2 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 32), c2) : default;
                c3 = TWidth.Vectors > 3 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 48), c3) : default;
                c4 = TWidth.Vectors > 4 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 64), c4) : default;
                c5 = TWidth.Vectors > 5 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 80), c5) : default;
                c6 = TWidth.Vectors > 6 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 96), c6) : default;
                c7 = TWidth.Vectors > 7 ? Vector512.FusedMultiplyAdd(a, Vector512.Load(row + 112), c7) : default;
            }

            StoreIf(true, c0, sum);
            StoreIf(TWidth.Vectors > 1, c1, sum + 16);
            StoreIf(TWidth.Vectors > 2, c2, sum + 32);
            StoreIf(TWidth.Vectors > 3, c3, sum + 48);
            StoreIf(TWidth.Vectors > 4, c4, sum + 64);
            StoreIf(TWidth.Vectors > 5, c5, sum + 80);
            StoreIf(TWidth.Vectors > 6, c6, sum + 96);
            StoreIf(TWidth.Vectors > 7, c7, sum + 112);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreIf(bool isWanted, Vector512<float> value, float* target)
    {
        if (isWanted)
        {
            value.Store(target);
        }
    }
}
