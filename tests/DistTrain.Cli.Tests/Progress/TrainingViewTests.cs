using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli.Tests.Progress;

public sealed class TrainingViewTests
{
    [Theory]
    [InlineData("cluster", 0, true)]
    [InlineData("akka", 0, true)]
    [InlineData("in-process", 2, false)]
    [InlineData("processes", 2, false)]
    public void OnNotice_BeforeTheFirstStep_TellsOfWorkersThatComeByThemselves(string engine, int workers, bool isShown)
    {
        using var view = new NoticesView();
        view.OnStarted(new TrainingStarted
        {
            Engine = engine,
            Workers = workers,
            ThreadsPerWorker = 1,
            ParameterCount = 1,
            TrainRows = 1,
            TestRows = 0,
            StepsTotal = 1,
            StepsPerEpoch = 1,
            StepsDone = 0,
            IsClassification = false,
            OutFolder = "out",
        });

        view.OnNotice(new Notice.WaitingForWorkers(0, 2, "none has joined yet"));
        view.OnNotice(new Notice.WorkerJoined(new WorkerId(1), "host 7", 1));

        Assert.Equal(isShown ? 2 : 0, view.Shown.Count);
    }

    private sealed class NoticesView : TrainingView
    {
        public List<Notice> Shown { get; } = [];

        public override void OnMessage(string text)
        {
        }

        public override void OnSamples(SampleReport samples)
        {
        }

        public override void OnResult(TrainingResult result)
        {
        }

        protected override void Show(Notice notice) => Shown.Add(notice);
    }
}
