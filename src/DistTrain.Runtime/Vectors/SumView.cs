namespace DistTrain.Runtime;

/// <summary>One bucket of a sum vector; owns one reference to it.</summary>
/// <param name="Buffer">The whole vector, or just this bucket's floats where it came over a wire.</param>
/// <param name="Start">Of the bucket in <paramref name="Buffer"/>.</param>
/// <param name="Length">Floats.</param>
public readonly record struct SumView(SumBuffer Buffer, int Start, int Length)
{
    public Span<float> Span => Buffer.Span.Slice(Start, Length);

    public Memory<byte> Bytes => Buffer.Bytes.Slice(Start * sizeof(float), Length * sizeof(float));
}
