namespace DistTrain.Simulation;

/// <summary>The newest checkpoint that was written whole; a full disk takes none.</summary>
internal sealed class SimulatedDisk
{
    private Checkpoint? _newest;

    public bool IsFull { get; set; }

    /// <param name="State">The optimizer's.</param>
    internal sealed record Checkpoint(long Version, bool IsEvaluated, float[] Weights, float[] State);

    /// <summary>The checkpoint of the highest version, as a restarted coordinator finds it.</summary>
    public Checkpoint? Newest => _newest;

    public void Write(Checkpoint checkpoint)
    {
        if (!IsFull && (_newest is null || checkpoint.Version >= _newest.Version))
        {
            _newest = checkpoint;
        }
    }
}
