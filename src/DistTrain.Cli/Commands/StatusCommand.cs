using System.CommandLine;
using System.Net;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain status.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan AnswerWaitMax = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var address = new Argument<DnsEndPoint>("HOST:PORT")
        {
            Description = "The coordinator's address.",
            CustomParser = result => CommonOptions.ParseEndPoint(result, "HOST:PORT"),
        };
        Option<string?> tokenFile = CommonOptions.TokenFile();
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "status", "Shows a running cluster: step, loss, workers, their speed and health.",
            "disttrain status 127.0.0.1:7070")
        {
            address, tokenFile, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            DnsEndPoint target = parsed.GetRequiredValue(address);
            string token = CommonOptions.ReadToken(parsed.GetValue(tokenFile));
            using var waiting = new CancellationTokenSource(AnswerWaitMax);
            StatusReport report;
            try
            {
                report = await StatusClient.AskAsync(target.Host, target.Port, token, waiting.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TrainingException(
                    $"{target.Host}:{target.Port} did not answer within {AnswerWaitMax.TotalSeconds} s; "
                    + "is it a coordinator's address?");
            }

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
