using System.CommandLine;
using System.Net;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli;

/// <summary>disttrain coordinator.</summary>
internal static class CoordinatorCommand
{
    private const int WorkersMax = 1 << 20;

    public static Command Create()
    {
        Argument<string> run = CommonOptions.RunFile();
        Option<DnsEndPoint> listen = CommonOptions.EndPoint("--listen", "Where workers find it; port 0: any free port.");
        Option<int?> workersMin = CommonOptions.OptionalInteger(
            "--min-workers", "N", 1, WorkersMax,
            "Training waits while fewer workers are there. Default: the run file's cluster.minWorkers.");
        Option<LinkKind> link = CommonOptions.Link();
        Option<string?> outFolder = CommonOptions.Out();
        Option<bool> resume = CommonOptions.Resume();
        Option<bool> force = CommonOptions.Force();
        Option<string?> init = CommonOptions.Init();
        var links = new LinkOptions();
        var insecure = new Option<bool>("--insecure")
        {
            Description = "Let anybody in who can reach the address. For closed networks.",
        };
        Option<string[]> set = CommonOptions.Set();
        Option<bool> json = CommonOptions.Json();
        Option<bool> quiet = CommonOptions.Quiet();
        var command = new ExampleCommand(
            "coordinator", "Coordinates a cluster whose workers come by themselves.",
            "disttrain coordinator examples/digits/run.json --listen 127.0.0.1:7070 --min-workers 2")
        {
            run, listen, workersMin, link, outFolder, resume, force, init, insecure, set, json, quiet,
        };
        links.AddTo(command);
        ClusterEngine engine = ClusterEngine.ForCoordinator(command);
        command.SetAction((parsed, _) =>
        {
            string path = parsed.GetRequiredValue(run);
            RunFile runFile = CommonOptions.LoadRunFile(path, parsed.GetRequiredValue(set), parsed.GetValue(init));
            IPEndPoint address = ListenAddress.Resolve(parsed.GetRequiredValue(listen));
            string token = links.ReadToken(parsed);
            TlsIdentity? tls = links.ReadTls(parsed);
            AdmissionRule.Require(address.Address, token.Length > 0, tls is not null, parsed.GetValue(insecure));
            var session = new TrainingSession(runFile, parsed.GetValue(json), parsed.GetValue(quiet));
            var request = new ClusterRequest
            {
                Run = runFile,
                Listen = address,
                WorkersMin = parsed.GetValue(workersMin) ?? runFile.Cluster.MinWorkers,
                Token = token,
                Tls = tls,
                Link = parsed.GetValue(link),
                OutFolder = parsed.GetValue(outFolder) ?? TrainingSession.DefaultOutFolder(path),
                Resume = parsed.GetValue(resume),
                Force = parsed.GetValue(force),
                Listening = session.OnListening,
            };
            return session.RunAsync((observer, stop) => engine.CoordinateAsync(parsed, request, observer, stop));
        });
        return command;
    }
}
