using DistTrain.Data;

namespace DistTrain.Runtime;

/// <summary>What the engines tell a <see cref="RunSession"/>.</summary>
internal sealed record SessionSettings
{
    public required RunFile Run { get; init; }

    /// <summary>Null: read by the session.</summary>
    public required PreparedData? Data { get; init; }

    public required string OutFolder { get; init; }

    public required bool Resume { get; init; }

    public required bool Force { get; init; }

    public required string Engine { get; init; }

    /// <summary>Workers asked for; 0: whoever comes.</summary>
    public required int Workers { get; init; }

    /// <summary>0: each worker's own affair.</summary>
    public required int ThreadsPerWorker { get; init; }

    public required int WorkersMin { get; init; }

    /// <summary>The first round waits for so many.</summary>
    public required int WorkersAtStart { get; init; }

    /// <summary>How weights and sums travel to and from workers of other processes.</summary>
    public LinkKind Link { get; init; }

    /// <summary>Whether every worker gets its part by its threads alone; for measurements.</summary>
    public bool SharesEvenly { get; init; }

    /// <summary>Whether the prepared data is saved to a file, for workers of other processes.</summary>
    public required bool SharesData { get; init; }
}
