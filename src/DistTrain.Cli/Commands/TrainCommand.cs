using System.CommandLine;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain train.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        Argument<string> run = CommonOptions.RunFile();
        Option<int> workers = CommonOptions.Workers();
        Option<bool> processes = CommonOptions.Processes();
        Option<int> threads = CommonOptions.Threads();
        Option<LinkKind> link = CommonOptions.Link();
        Option<string?> outFolder = CommonOptions.Out();
        Option<bool> resume = CommonOptions.Resume();
        Option<bool> force = CommonOptions.Force();
        Option<string?> init = CommonOptions.Init();
        Option<string[]> set = CommonOptions.Set();
        Option<bool> json = CommonOptions.Json();
        Option<bool> quiet = CommonOptions.Quiet();
        var command = new ExampleCommand(
            "train", "Trains on this machine.",
            "disttrain train examples/digits/run.json --workers 2",
            "disttrain train examples/digits/run.json --workers 4 --processes --set training.epochs=3 --out /tmp/digits",
            "disttrain train examples/digits/run.json --json | tail -1")
        {
            run, workers, processes, threads, link, outFolder, resume, force, init, set, json, quiet,
        };
        command.SetAction((parsed, _) =>
        {
            string path = parsed.GetRequiredValue(run);
            string folder = parsed.GetValue(outFolder) ?? TrainingSession.DefaultOutFolder(path);
            var request = new TrainingRequest
            {
                Run = CommonOptions.LoadRunFile(path, parsed.GetRequiredValue(set), parsed.GetValue(init)),
                Workers = parsed.GetValue(workers),
                Processes = parsed.GetValue(processes),
                ThreadsPerWorker = parsed.GetValue(threads),
                Link = parsed.GetValue(link),
                OutFolder = folder,
                Resume = parsed.GetValue(resume),
                Force = parsed.GetValue(force),
            };
            var session = new TrainingSession(request.Run, parsed.GetValue(json), parsed.GetValue(quiet));
            return session.RunAsync((observer, stop) => LocalTraining.RunAsync(request, observer, stop));
        });
        return command;
    }
}
