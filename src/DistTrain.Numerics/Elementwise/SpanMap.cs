using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>Applies an operation to every element of a span, with vectors or, as the twin, one by one.</summary>
internal static unsafe class SpanMap
{
    /// <param name="target">As long as <paramref name="source"/>; may be the same memory, must not overlap otherwise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperation>(TOperation operation, ReadOnlySpan<float> source, Span<float> target)
        where TOperation : struct, IUnaryOperation
    {
        RequireLength(source.Length, target.Length);
        fixed (float* from = source, to = target)
        {
            int length = source.Length;
            int i = 0;
            for (; i <= length - VectorTail.Lanes; i += VectorTail.Lanes)
            {
                operation.Apply(Vector512.Load(from + i)).Store(to + i);
            }

            if (i < length)
            {
                VectorTail.Store(operation.Apply(VectorTail.Load(from + i, length - i)), to + i, length - i);
            }
        }
    }

    /// <param name="target">As long as both; may be the same memory as one, must not overlap otherwise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperation>(
        TOperation operation, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> target)
        where TOperation : struct, IBinaryOperation
    {
        RequireLength(first.Length, second.Length);
        RequireLength(first.Length, target.Length);
        fixed (float* x = first, y = second, to = target)
        {
            int length = first.Length;
            int i = 0;
            for (; i <= length - VectorTail.Lanes; i += VectorTail.Lanes)
            {
                operation.Apply(Vector512.Load(x + i), Vector512.Load(y + i)).Store(to + i);
            }

            if (i < length)
            {
                int rest = length - i;
                Vector512<float> last = operation.Apply(VectorTail.Load(x + i, rest), VectorTail.Load(y + i, rest));
                VectorTail.Store(last, to + i, rest);
            }
        }
    }

    /// <summary>The plain twin.</summary>
    public static void Scalar<TOperation>(TOperation operation, ReadOnlySpan<float> source, Span<float> target)
        where TOperation : struct, IUnaryOperation
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = operation.Apply(source[i]);
        }
    }

    /// <summary>The plain twin.</summary>
    public static void Scalar<TOperation>(
        TOperation operation, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> target)
        where TOperation : struct, IBinaryOperation
    {
        for (int i = 0; i < first.Length; i++)
        {
            target[i] = operation.Apply(first[i], second[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RequireLength(int expected, int actual)
    {
        if (expected != actual)
        {
            Throw(expected, actual);
        }
    }

    [DoesNotReturn]
    private static void Throw(int expected, int actual) =>
        throw new ArgumentException($"a span has {actual:N0} floats, expected {expected:N0}: lengths must be equal");
}
