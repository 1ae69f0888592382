using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>Only what was asked for (samples), what went wrong, and the summary.</summary>
internal sealed class QuietView(ReportSpec report) : TrainingView
{
    protected override void Show(Notice notice)
    {
        if (notice is not Notice.WorkerJoined)
        {
            Console.Error.WriteLine(notice.Text);
        }
    }

    protected override void ShowLags(string line)
    {
    }

    public override void OnMessage(string text) => Console.Error.WriteLine(text);

    public override void OnSamples(SampleReport samples) =>
        SampleTable.Write(TerminalOutput.Open(), samples, report.Threshold);

    public override void OnResult(TrainingResult result) =>
        SummaryTable.Write(TerminalOutput.Open(), result.Summary, OutFolder);
}
