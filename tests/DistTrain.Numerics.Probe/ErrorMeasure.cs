namespace DistTrain.Numerics.Probe;

/// <summary>Compares a function of VectorMath with a double reference over the float32 range.</summary>
/// <param name="Fast">The span form.</param>
/// <param name="Reference">Accurate to far better than a float32 ulp.</param>
public sealed record ErrorMeasure(
    string Name, ErrorMeasure.SpanFunction Fast, Func<double, double> Reference, double FloorMagnitude = 0)
{
    public delegate void SpanFunction(ReadOnlySpan<float> source, Span<float> target);

    private const int ChunkLength = 1 << 14;

    public static IReadOnlyList<ErrorMeasure> All { get; } =
    [
        new("Exp", VectorMath.Exp, Math.Exp),
        new("Log", VectorMath.Log, Math.Log),
        new("Log1p", VectorMath.Log1p, DoubleReference.Log1p),
        new("Tanh", VectorMath.Tanh, Math.Tanh),
        new("Sigmoid", VectorMath.Sigmoid, DoubleReference.Sigmoid),
        new("Softplus", VectorMath.Softplus, DoubleReference.Softplus),
        new("Erf", VectorMath.Erf, DoubleReference.Erf),
        new("Gelu", VectorMath.Gelu, DoubleReference.Gelu),
        new("Silu", VectorMath.Silu, DoubleReference.Silu),
        new("Elu", (source, target) => VectorMath.Elu(1, source, target), DoubleReference.Elu),
    ];

    /// <summary>Tries every stride-th bit pattern. Infinities must agree, not-a-numbers too.</summary>
    public ErrorReport Run(uint stride)
    {
        double largest = 0;
        float worst = 0;
        int wrongCount = 0;
        float wrong = 0;
        var inputs = new float[ChunkLength];
        var outputs = new float[ChunkLength];
        ulong bits = 0;
        while (bits <= uint.MaxValue)
        {
            int count = 0;
            for (; count < ChunkLength && bits <= uint.MaxValue; bits += stride)
            {
                inputs[count++] = BitConverter.UInt32BitsToSingle((uint)bits);
            }

            Fast(inputs.AsSpan(0, count), outputs.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                double expected = Reference(inputs[i]);
                float actual = outputs[i];
                if (double.IsNaN(expected) || double.IsInfinity(expected) || !float.IsFinite(actual))
                {
                    if (!((float)expected).Equals(actual))
                    {
                        wrongCount++;
                        wrong = inputs[i];
                    }

                    continue;
                }

                double error = Math.Abs(actual - expected) / Ulp(Math.Max(Math.Abs(expected), FloorMagnitude));
                if (error > largest)
                {
                    largest = error;
                    worst = inputs[i];
                }
            }
        }

        return new ErrorReport(Name, largest, worst, wrongCount, wrong);
    }

    /// <summary>The distance of float32 numbers at this magnitude.</summary>
    public static double Ulp(double magnitude) =>
        magnitude == 0 ? float.Epsilon : Math.ScaleB(1, Math.Max(Math.ILogB(magnitude), -126) - 23);
}

/// <param name="LargestUlp">Largest error, in ulp of the true result.</param>
/// <param name="WorstInput">Where it was found.</param>
/// <param name="WrongCount">Inputs whose result should be (or should not be) infinite or not a number.</param>
public sealed record ErrorReport(string Name, double LargestUlp, float WorstInput, int WrongCount, float WrongInput)
{
    public override string ToString() =>
        $"{Name,-10} {LargestUlp:F4} ulp at {WorstInput:R}"
        + (WrongCount == 0 ? "" : $"; {WrongCount:N0} wrong, one at {WrongInput:R}");
}
