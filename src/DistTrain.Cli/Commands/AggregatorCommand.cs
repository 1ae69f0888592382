using System.CommandLine;
using System.Net;
using DistTrain.Protocol;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli;

/// <summary>disttrain aggregator.</summary>
internal static class AggregatorCommand
{
    private const int WorkersMax = 1 << 20;

    public static Command Create()
    {
        Option<DnsEndPoint[]> join = CommonOptions.EndPoints(
            "--join", "The coordinator's address, or another aggregator's; given again: where to go when it is gone.");
        Option<DnsEndPoint> listen = CommonOptions.EndPoint("--listen", "Where workers find it; port 0: any free port.");
        Option<int> workersMin = CommonOptions.Integer(
            "--min-workers", "N", 1, 1, WorkersMax, "It takes no work before so many workers are ready for the first time.");
        Option<int?> threadsExpected = CommonOptions.OptionalInteger(
            "--threads-expected", "T", 1, MessageLimits.ThreadsMax,
            "Compute threads of all its workers, for its first share of the work. Default: as many as --min-workers.");
        var dataFolder = new Option<string?>("--data-dir")
        {
            Description = "Where data from the coordinator is kept, by its hash. Default: the user's cache folder.",
            HelpName = "DIR",
        };
        var links = new LinkOptions();
        var insecure = new Option<bool>("--insecure")
        {
            Description = "Let anybody in who can reach the address. For closed networks.",
        };
        var endWithInput = new Option<bool>("--end-with-stdin") { Hidden = true };
        Option<bool> quiet = CommonOptions.QuietNode();
        var command = new ExampleCommand(
            "aggregator", "Stands between a coordinator and workers: passes weights on, and adds the workers' sums up.",
            "disttrain aggregator --join 127.0.0.1:7070 --listen 127.0.0.1:7071 --min-workers 16")
        {
            join, listen, workersMin, threadsExpected, dataFolder, insecure, endWithInput, quiet,
        };
        links.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            DnsEndPoint[] above = parsed.GetRequiredValue(join);
            IPEndPoint address = ListenAddress.Resolve(parsed.GetRequiredValue(listen));
            ListenAddress.RefuseItself(address, above);
            string token = links.ReadToken(parsed);
            TlsIdentity? tls = links.ReadTls(parsed);
            AdmissionRule.Require(address.Address, token.Length > 0, tls is not null, parsed.GetValue(insecure));
            bool isChild = parsed.GetValue(endWithInput);
            bool isQuiet = parsed.GetValue(quiet);
            int workers = parsed.GetValue(workersMin);
            TolerantWriter.Install();
            using var interrupt = new Interrupt(ignoreTerminal: isChild);
            var request = new AggregatorRequest
            {
                Above = [.. above.Select(node => (node.Host, node.Port))],
                Listen = address,
                WorkersAtStart = workers,
                ThreadsExpected = parsed.GetValue(threadsExpected) ?? workers,
                Token = token,
                Tls = tls,
                DataFolder = parsed.GetValue(dataFolder),
                EndWithStandardInput = isChild,
                Log = isQuiet || isChild ? null : Console.Out.WriteLine,
                Listening = isQuiet ? null : bound => Console.Out.WriteLine($"{ChildReport.ListeningPrefix}{bound}"),
                Delivered = isChild ? static () => Console.Out.WriteLine(ChildReport.Delivered) : null,
            };
            RunEnd end = await AggregatorNode.RunAsync(request, interrupt.Stop).ConfigureAwait(false);
            TextWriter output = end.Kind == RunEndKind.Failed ? Console.Error : Console.Out;
            if (end.Kind == RunEndKind.Failed || (!isChild && !isQuiet))
            {
                await output.WriteLineAsync(end.Reason).ConfigureAwait(false);
            }

            return interrupt.ByKeyboard ? ExitCodes.Interrupted
                : end.Kind == RunEndKind.Failed ? ExitCodes.Failed : ExitCodes.Done;
        });
        return command;
    }
}
