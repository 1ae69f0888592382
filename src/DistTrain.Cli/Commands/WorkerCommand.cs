using System.CommandLine;
using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain worker.</summary>
internal static class WorkerCommand
{
    private const int NameLettersMax = 200;

    public static Command Create()
    {
        Option<DnsEndPoint[]> join = CommonOptions.EndPoints(
            "--join", "The coordinator's address, or an aggregator's; given again: where to go when that is gone.");
        Option<int> threads = CommonOptions.Threads();
        threads.Description = "Compute threads.";
        Option<LinkKind> link = CommonOptions.Link();
        var dataFolder = new Option<string?>("--data-dir")
        {
            Description = "Where data from the coordinator is kept, by its hash. Default: the user's cache folder.",
            HelpName = "DIR",
        };
        var name = new Option<string?>("--name")
        {
            Description = "How messages call it. Default: host and process.",
            HelpName = "NAME",
        };
        name.Validators.Add(static result =>
        {
            string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            if (given.Length > NameLettersMax || given.Any(char.IsControl))
            {
                result.AddError($"--name: expected {NameLettersMax} characters at most, and no line breaks");
            }
        });
        var links = new LinkOptions();
        var endWithInput = new Option<bool>("--end-with-stdin") { Hidden = true };
        Option<bool> quiet = CommonOptions.QuietNode();
        var command = new ExampleCommand(
            "worker", "A worker of a cluster; it gets run file and data from the coordinator.",
            "disttrain worker --join 127.0.0.1:7070 --threads 2")
        {
            join, threads, link, dataFolder, name, endWithInput, quiet,
        };
        links.AddTo(command);
        ClusterEngine engine = ClusterEngine.ForWorker(command);
        command.SetAction(async (parsed, _) =>
        {
            DnsEndPoint[] addresses = parsed.GetRequiredValue(join);
            bool isChild = parsed.GetValue(endWithInput);
            TolerantWriter.Install();
            using var interrupt = new Interrupt(ignoreTerminal: isChild);
            var request = new WorkerRequest
            {
                Host = addresses[0].Host,
                Port = addresses[0].Port,
                Others = [.. addresses.Skip(1).Select(other => (other.Host, other.Port))],
                Threads = parsed.GetValue(threads),
                Token = links.ReadToken(parsed),
                Tls = links.ReadTls(parsed),
                Link = parsed.GetValue(link),
                DataFolder = parsed.GetValue(dataFolder),
                Name = parsed.GetValue(name),
                EndWithStandardInput = isChild,
                Log = parsed.GetValue(quiet) || isChild ? null : Console.Out.WriteLine,
                Delivered = isChild ? static () => Console.Out.WriteLine(ChildReport.Delivered) : null,
            };
            RunEnd end = await engine.WorkAsync(parsed, request, interrupt.Stop).ConfigureAwait(false);
            TextWriter output = end.Kind == RunEndKind.Failed ? Console.Error : Console.Out;
            if (end.Kind == RunEndKind.Failed || (!request.EndWithStandardInput && !parsed.GetValue(quiet)))
            {
                await output.WriteLineAsync(end.Reason).ConfigureAwait(false);
            }

            return interrupt.ByKeyboard ? ExitCodes.Interrupted
                : end.Kind == RunEndKind.Failed ? ExitCodes.Failed : ExitCodes.Done;
        });
        return command;
    }
}
