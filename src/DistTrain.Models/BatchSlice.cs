namespace DistTrain.Models;

/// <summary>The rows of some consecutive shards of one batch, gathered and ready for computing.</summary>
public readonly ref struct BatchSlice
{
    /// <summary>Shape (rows, input width).</summary>
    public required ReadOnlySpan<float> Features { get; init; }

    /// <summary>Shape (rows, target width). Class labels are class indices as float32, target width 1.</summary>
    public required ReadOnlySpan<float> Targets { get; init; }

    /// <summary>First row of each shard and, last, the number of rows: count + 1 entries, the first is 0.</summary>
    public required ReadOnlySpan<int> ShardStarts { get; init; }

    /// <summary>n of the whole batch, the divisor of the average; not the rows of this slice.</summary>
    public required int BatchRows { get; init; }

    /// <summary>Position of the slice's first row in the whole batch; keys the random numbers of its rows.</summary>
    public required int FirstRow { get; init; }

    /// <summary>Keys the random numbers of the step.</summary>
    public required ulong Seed { get; init; }

    public required int Epoch { get; init; }

    public required long Step { get; init; }

    public int Rows => ShardStarts[^1];
}
