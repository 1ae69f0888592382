using System.Globalization;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>In this step the gradient of this shard is not a number: the run must end, and say so.</summary>
/// <param name="Version">Of the weights that it is computed with.</param>
internal sealed record Divergence(long Version, int Shard)
{
    public const string Tensor = "layers.3.weight";

    public const string Finding = "NaN";

    public bool IsIn(Round round, ShardRange shards) => round.Kind == RoundKind.Train && round.Version.Value == Version
        && Shard >= shards.First && Shard < shards.End;

    /// <summary>Whether a sentence names worker, value, tensor, step and shard.</summary>
    public bool IsNamedIn(string reason) =>
        reason.StartsWith("worker ", StringComparison.Ordinal)
        && reason.Contains($"found {Finding} in {Tensor}", StringComparison.Ordinal)
        && reason.Contains(string.Create(CultureInfo.InvariantCulture, $"at step {Version + 1} "), StringComparison.Ordinal)
        && reason.Contains(string.Create(CultureInfo.InvariantCulture, $"shard {Shard} "), StringComparison.Ordinal);
}
