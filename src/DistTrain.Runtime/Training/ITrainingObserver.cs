using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Is told how a run goes on. Called from one thread at a time, in order; it must not block.</summary>
public interface ITrainingObserver
{
    /// <summary>Run file, data and model stand; the first step comes next. Called once.</summary>
    void OnStarted(TrainingStarted started);

    /// <summary>One update was applied.</summary>
    void OnStep(in StepFigures step);

    /// <summary>An epoch ended, and its evaluation where one was due.</summary>
    void OnEpoch(EpochFigures epoch);

    /// <summary>A fact about the cluster: a worker came, was lost, the run waits.</summary>
    void OnNotice(Notice notice);

    /// <summary>Something worth a line that is no fact about the cluster: a checkpoint that could not be written, ...</summary>
    void OnMessage(string text);

    /// <summary>The run file asked to see samples; called before the first and after the last step.</summary>
    void OnSamples(SampleReport samples);
}

/// <summary>An observer that looks away.</summary>
public class TrainingObserver : ITrainingObserver
{
    public static TrainingObserver None { get; } = new();

    public virtual void OnStarted(TrainingStarted started)
    {
    }

    public virtual void OnStep(in StepFigures step)
    {
    }

    public virtual void OnEpoch(EpochFigures epoch)
    {
    }

    public virtual void OnNotice(Notice notice)
    {
    }

    public virtual void OnMessage(string text)
    {
    }

    public virtual void OnSamples(SampleReport samples)
    {
    }
}
