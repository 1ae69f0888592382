using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>How a worker gets at run file and data when the coordinator has said which.</summary>
public interface IRunSource
{
    /// <returns>Stays the source's; valid until another run is asked for.</returns>
    /// <exception cref="TrainingException">Not to be had, or not what was announced; the message says what to do.</exception>
    Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation);
}
