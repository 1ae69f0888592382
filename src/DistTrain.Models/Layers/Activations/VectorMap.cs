using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>Element by element, sixteen at a time; the last vector is padded with zeros.</summary>
internal static class VectorMap
{
    /// <summary>output[i] = f(input[i]).</summary>
    /// <param name="output">As long as the input; may be the same memory.</param>
    public static void Apply<TFunction>(TFunction function, ReadOnlySpan<float> input, Span<float> output)
        where TFunction : struct, IUnaryFunction
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(output.Length, input.Length);
        ref float from = ref MemoryMarshal.GetReference(input);
        ref float to = ref MemoryMarshal.GetReference(output);
        int at = 0;
        for (; at + Width <= input.Length; at += Width)
        {
            function.Apply(Vector512.LoadUnsafe(ref from, (nuint)at)).StoreUnsafe(ref to, (nuint)at);
        }

        if (at < input.Length)
        {
            Store(function.Apply(Load(input[at..])), output[at..]);
        }
    }

    /// <summary>values[i] = f(first[i], values[i]).</summary>
    public static void Combine<TFunction>(TFunction function, ReadOnlySpan<float> first, Span<float> values)
        where TFunction : struct, IBinaryFunction
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, first.Length);
        ref float left = ref MemoryMarshal.GetReference(first);
        ref float right = ref MemoryMarshal.GetReference(values);
        int at = 0;
        for (; at + Width <= first.Length; at += Width)
        {
            function.Apply(Vector512.LoadUnsafe(ref left, (nuint)at), Vector512.LoadUnsafe(ref right, (nuint)at))
                .StoreUnsafe(ref right, (nuint)at);
        }

        if (at < first.Length)
        {
            Store(function.Apply(Load(first[at..]), Load(values[at..])), values[at..]);
        }
    }

    /// <summary>Up to sixteen floats; missing lanes are filled.</summary>
    public static Vector512<float> Load(ReadOnlySpan<float> values, float missing = 0)
    {
        if (values.Length >= Width)
        {
            return Vector512.Create(values);
        }

        Vector512<float> padded = Vector512.Create(missing);
        values.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<Vector512<float>, float>(ref padded), Width));
        return padded;
    }

    /// <summary>The first lanes, as many as the destination takes, up to sixteen.</summary>
    public static void Store(Vector512<float> values, Span<float> destination)
    {
        int count = Math.Min(Width, destination.Length);
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Vector512<float>, float>(ref values), count).CopyTo(destination);
    }

    /// <summary>Lanes of a vector.</summary>
    public const int Width = 16;
}

internal interface IUnaryFunction
{
    Vector512<float> Apply(Vector512<float> x);
}

internal interface IBinaryFunction
{
    Vector512<float> Apply(Vector512<float> first, Vector512<float> second);
}
