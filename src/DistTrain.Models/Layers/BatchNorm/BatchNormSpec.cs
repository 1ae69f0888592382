namespace DistTrain.Models;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015): each channel of (channels, …), or each feature of (features), is
/// normalised over the rows of its shard, then scaled and shifted by trained values. Evaluation uses running statistics.
/// </summary>
/// <param name="Momentum">Share of the newest batch in the running statistics, above 0, up to 1.</param>
/// <param name="Epsilon">Added to the variance, above 0.</param>
/// <remarks>
/// Statistics per shard do not depend on the number of workers, and need no exchange in the forward pass. A shard should have
/// many rows: one of two makes of each feature ±1, and one of a single row, where features are no planes, makes all rows alike.
/// </remarks>
public sealed record BatchNormSpec(float Momentum = 0.1f, float Epsilon = 1e-5f) : LayerSpec
{
    public override string Kind => "batchNorm";

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context)
    {
        context.RequireEpsilon(Epsilon);
        if (!(Momentum > 0 && Momentum <= 1))
        {
            context.Fail($"has the momentum {Momentum}, expected above 0 and up to 1");
        }

        return new BatchNormLayer(this, context);
    }
}
