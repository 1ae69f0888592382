using System.CommandLine;
using System.Net;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli;

/// <summary>disttrain status.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var address = new Argument<DnsEndPoint>("HOST:PORT")
        {
            Description = "The coordinator's address.",
            CustomParser = result => CommonOptions.ParseEndPoint(result, "HOST:PORT"),
        };
        var links = new LinkOptions();
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "status", "Shows a running cluster: step, loss, workers, their speed and health.",
            "disttrain status 127.0.0.1:7070")
        {
            address, json,
        };
        links.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            DnsEndPoint target = parsed.GetRequiredValue(address);
            StatusReport report = await StatusClient.AskAsync(
                target.Host, target.Port, links.ReadToken(parsed), CancellationToken.None, links.ReadTls(parsed)).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonOutput.Write(report));
            }
            else
            {
                StatusTable.Write(TerminalOutput.Open(), report);
                await WriteAggregatorsAsync(report, links.ReadToken(parsed), links.ReadTls(parsed)).ConfigureAwait(false);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>What stands behind each aggregator, as it tells itself; one that does not answer is said to be so.</summary>
    private static async Task WriteAggregatorsAsync(StatusReport report, string token, TlsIdentity? tls)
    {
        foreach (WorkerReport worker in report.Workers)
        {
            if (!worker.Name.StartsWith(AggregatorNode.NamePrefix, StringComparison.Ordinal)
                || !IPEndPoint.TryParse(worker.Name[AggregatorNode.NamePrefix.Length..], out IPEndPoint? address))
            {
                continue;
            }

            Console.Out.WriteLine($"behind {worker.Name}:");
            try
            {
                StatusReport behind = await StatusClient.AskAsync(
                    address.Address.ToString(), address.Port, token, CancellationToken.None, tls).ConfigureAwait(false);
                StatusTable.WriteWorkers(TerminalOutput.Open(), behind);
                await WriteAggregatorsAsync(behind, token, tls).ConfigureAwait(false);
            }
            catch (TrainingException error)
            {
                Console.Out.WriteLine(error.Message);
            }
        }
    }
}
