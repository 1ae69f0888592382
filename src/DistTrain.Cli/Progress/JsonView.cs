using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>A JSON object for each event, a line each; the last one is the summary.</summary>
internal sealed class JsonView : TrainingView
{
    public override void OnListening(IPEndPoint address) =>
        Print("listening", new { Address = address.ToString(), address.Port });

    public override void OnStarted(TrainingStarted started)
    {
        base.OnStarted(started);
        Print("started", started);
    }

    public override void OnEpoch(EpochFigures epoch) => Print("epoch", epoch);

    protected override bool ShowsEverything => true;

    protected override void Show(Notice notice)
    {
        string kind = notice.GetType().Name;
        Console.Out.WriteLine(JsonOutput.WriteEvent(
            "notice", notice, ("kind", char.ToLowerInvariant(kind[0]) + kind[1..])));
    }

    public override void OnMessage(string text) => Print("message", new { Text = text });

    public override void OnSamples(SampleReport samples) => Print("samples", samples);

    public override void OnResult(TrainingResult result) =>
        Console.Out.WriteLine(JsonOutput.WriteEvent("summary", result.Summary, ("outFolder", OutFolder)));

    private static void Print(string name, object value) => Console.Out.WriteLine(JsonOutput.WriteEvent(name, value));
}
