namespace DistTrain.Models;

/// <summary>What a layer must know of one forward or backward call beside its input.</summary>
internal readonly ref struct LayerPass
{
    /// <summary>The whole flat vector.</summary>
    public required ReadOnlySpan<float> Parameters { get; init; }

    /// <summary>First row of each shard and, last, the number of rows. Sums over rows are segmented by it.</summary>
    public required ReadOnlySpan<int> ShardStarts { get; init; }

    /// <summary>False in evaluation: no dropout, running statistics instead of the batch's, no backward pass follows.</summary>
    public bool IsTraining { get; init; }

    /// <summary>Position of row 0 in the whole batch.</summary>
    public int FirstRow { get; init; }

    public ulong Seed { get; init; }

    public int Epoch { get; init; }

    public long Step { get; init; }

    /// <summary>Hears of finished parts of the sum vector. Null: nobody does.</summary>
    public ISumsProgress? Progress { get; init; }

    /// <summary>Waited for before parameters are read. Null: all are there.</summary>
    public IParameterArrival? Arrival { get; init; }

    /// <summary>Rows of the whole batch; weighs a shard's statistics.</summary>
    public int BatchRows { get; init; }

    public int Rows => ShardStarts[^1];

    public int ShardCount => ShardStarts.Length - 1;
}
