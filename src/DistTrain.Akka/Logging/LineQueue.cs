using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>Lets several threads (the session, membership, Akka's logger) speak to an observer that hears one at a time.</summary>
internal sealed class LineQueue
{
    private readonly Lock _lock = new();
    private readonly ITrainingObserver _observer;

    public LineQueue(ITrainingObserver observer)
    {
        _observer = observer;
        Observer = new OneAtATime(this);
    }

    public ITrainingObserver Observer { get; }

    /// <summary>A line for people, from any thread.</summary>
    public void Say(string line) => Observer.OnMessage(line);

    private sealed class OneAtATime(LineQueue queue) : ITrainingObserver
    {
        public void OnStarted(TrainingStarted started)
        {
            lock (queue._lock)
            {
                queue._observer.OnStarted(started);
            }
        }

        public void OnStep(in StepFigures step)
        {
            lock (queue._lock)
            {
                queue._observer.OnStep(step);
            }
        }

        public void OnEpoch(EpochFigures epoch)
        {
            lock (queue._lock)
            {
                queue._observer.OnEpoch(epoch);
            }
        }

        public void OnNotice(Notice notice)
        {
            lock (queue._lock)
            {
                queue._observer.OnNotice(notice);
            }
        }

        public void OnMessage(string text)
        {
            lock (queue._lock)
            {
                queue._observer.OnMessage(text);
            }
        }

        public void OnSamples(SampleReport samples)
        {
            lock (queue._lock)
            {
                queue._observer.OnSamples(samples);
            }
        }
    }
}
