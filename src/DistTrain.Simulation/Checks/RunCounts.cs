using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>What happened in one simulated run; shows that the faults did reach the protocol.</summary>
public sealed class RunCounts
{
    public int Rounds { get; set; }

    public int Nodes { get; set; }

    public int Lost { get; set; }

    public int Left { get; set; }

    public int Refused { get; set; }

    public int Repeated { get; set; }

    public int Waits { get; set; }

    public int CoordinatorLives { get; set; }

    public int AggregatorLives { get; set; }

    public int AggregatorsCrashed { get; set; }

    public int Faults { get; set; }

    public int StrangersRefused { get; set; }

    /// <summary>Runs that had to fail, and did.</summary>
    public int Diverged { get; set; }

    internal void Note(Notice notice)
    {
        switch (notice)
        {
            case Notice.WorkerLost:
                Lost++;
                break;
            case Notice.WorkerLeft:
                Left++;
                break;
            case Notice.ShardsRepeated:
                Repeated++;
                break;
            case Notice.WaitingForWorkers:
                Waits++;
                break;
        }
    }
}
