using System.CommandLine;
using System.Net;
using DistTrain.Runtime;

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
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
