namespace DistTrain.Models.Probe;

/// <summary>The hash of everything that a short run computes: sums, weights, optimizer state, outputs.</summary>
internal static class TrainingHash
{
    public static ulong Of(ModelSpec spec)
    {
        var subject = new Case(spec, rows: 21, shardStarts: [0, 4, 4, 15, 21]);
        var update = new UpdateSpec(new AdamWSpec(0.01f), new CosineSpec(WarmupSteps: 2), ClipNorm: 0.5f);
        using var weights = new WeightUpdate(update, subject.Network.Parameters, StepCount);
        using NetworkLane lane = subject.Network.CreateLane();
        float[] parameters = subject.Parameters;
        var sums = new float[subject.Network.SumLength];
        var outputs = new float[subject.Rows * subject.Network.Output.Size];
        ulong hash = Basis;
        for (int step = 0; step < StepCount; step++)
        {
            lane.ComputeSums(parameters, subject.Slice(), sums);
            ReadOnlySpan<float> gradient = sums.AsSpan(0, parameters.Length);
            weights.Apply(step, weights.ClipFactor(gradient), parameters, 0, gradient);
            hash = Mix(Mix(hash, sums), parameters);
        }

        lane.Predict(parameters, subject.Features, subject.Rows, outputs);
        return Mix(Mix(hash, weights.State), outputs);
    }

    private const int StepCount = 4;

    /// <summary>FNV-1a, 64 bits.</summary>
    public const ulong Basis = 14695981039346656037;

    public static ulong Mix(ulong hash, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            hash = Mix(hash, BitConverter.SingleToUInt32Bits(value));
        }

        return hash;
    }

    public static ulong Mix(ulong hash, ulong value) => (hash ^ value) * 1099511628211;
}
