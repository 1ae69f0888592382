namespace DistTrain.Runtime;

/// <summary>Decides when checkpoints are due and has them written. Called by the coordinator alone; must not block.</summary>
public interface ICheckpointKeeper
{
    /// <summary>A round ended; the model's current weights are those after it.</summary>
    void OnRound(ModelState model, RunProgress progress);

    /// <summary>The current weights are the best so far.</summary>
    void KeepBest(ModelState model);
}
