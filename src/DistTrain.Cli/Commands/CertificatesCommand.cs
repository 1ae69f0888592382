using System.CommandLine;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli;

/// <summary>disttrain certificates.</summary>
internal static class CertificatesCommand
{
    private const int DaysMax = CertificateAuthority.RootDaysValid;

    public static Command Create()
    {
        var folder = new Option<string>("--out")
        {
            Description = "The folder to write to; with an authority in it already, that one signs.",
            HelpName = "DIR",
            Required = true,
        };
        var hosts = new Option<string>("--hosts")
        {
            Description = "Names or addresses of the nodes, separated by commas; each gets NAME.pem and NAME.key.",
            HelpName = "NAME,...",
            Required = true,
        };
        Option<int> days = CommonOptions.Integer(
            "--days", "N", CertificateFolder.DaysValidDefault, 1, DaysMax,
            "How long nodes' certificates hold.");
        var command = new ExampleCommand(
            "certificates", "Makes a small certificate authority and certificates for a cluster's nodes.",
            "disttrain certificates --out certificates --hosts coordinator,worker",
            "disttrain certificates --out certificates --hosts 10.0.0.7 --days 30")
        {
            folder, hosts, days,
        };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetRequiredValue(hosts)
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            IReadOnlyList<string> written = Issue(parsed.GetRequiredValue(folder), names, parsed.GetValue(days));
            TextWriter output = parsed.InvocationConfiguration.Output;
            foreach (string file in written)
            {
                output.WriteLine(file);
            }

            output.WriteLine(
                $"Give every node {CertificateFolder.AuthorityFile} and its own pair; "
                + $"keep {CertificateFolder.AuthorityKeyFile} away from the nodes.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<string> Issue(string folder, string[] names, int days)
    {
        try
        {
            return CertificateFolder.Issue(folder, names, DateTimeOffset.UtcNow, days);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"--out: {folder} cannot be written to ({error.Message.TrimEnd('.')}); name a folder that can be, or a new one");
        }
    }
}
