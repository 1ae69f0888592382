using System.Text.RegularExpressions;
using DistTrain.Runtime;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>The README's commands and run file work as they stand there, and no document has a broken link.</summary>
public sealed partial class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    /// <summary>All that end by themselves, in their order, with their folders and files in a temporary folder.</summary>
    [Fact]
    public async Task Commands_InOrder_Succeed()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(10, Commands().Count);
        foreach (string command in Commands())
        {
            string[] arguments = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part.StartsWith("runs/", StringComparison.Ordinal) || part is "predictions.csv" or "iris.onnx"
                    ? folder[part.Replace("runs/", "runs-", StringComparison.Ordinal)] : part)];
            if (arguments[0] == "train" && !arguments.Contains("--out"))
            {
                arguments = [.. arguments, "--out", folder["runs-" + arguments[1].Split('/')[1]]];
            }

            CommandResult result = await DistTrainCommand.RunAsync(arguments);

            Assert.True(result.ExitCode == 0, $"{command}: {result.Errors}");
        }
    }

    [Fact]
    public async Task RunFile_OfTheReadme_Trains()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["run.json"], Readme.Split("```jsonc\n")[1].Split("```")[0]);
        File.Copy(Path.Combine(Repository.Root, "examples", "iris", "iris.csv"), folder["iris.csv"]);

        CommandResult result = await DistTrainCommand.RunAsync(["train", folder["run.json"], "--out", folder["out"]]);

        Assert.True(result.ExitCode == 0, result.Errors);
    }

    /// <summary>Every setting of the section on own tables, in the smallest run file that it fits into.</summary>
    [Fact]
    public void OwnTable_EachSetting_IsOneOfTheRunFile()
    {
        string section = Readme.Split("### Your own table\n")[1].Split("\n### ")[0];
        string[] settings = [.. Setting().Matches(section).Select(match => match.Groups[1].Value)];

        Assert.Equal(10, settings.Length);
        foreach (string setting in settings)
        {
            string labels = setting.StartsWith("\"labels\"", StringComparison.Ordinal) ? "" : "\"labels\": -1, ";
            RunFile.Parse(
                $$"""
                {
                  "data": { "format": "csv", "file": "my.csv", {{labels}}{{setting}} },
                  "model": { "layers": [{ "type": "linear", "units": 1 }], "loss": "halfSquaredError" },
                  "training": { "batchSize": 8, "epochs": 1, "optimizer": { "type": "sgd", "learningRate": 0.1 } }
                }
                """,
                "my.json");
        }
    }

    [Fact]
    public void Links_OfAllDocuments_LeadToAFile()
    {
        string[] documents =
        [
            Path.Combine(Repository.Root, "README.md"),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md"),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "*.md", SearchOption.AllDirectories),
        ];
        string[] targets = [.. documents.SelectMany(document => LocalLink().Matches(File.ReadAllText(document))
            .Select(match => Path.Combine(Path.GetDirectoryName(document)!, match.Groups[1].Value)))];

        Assert.NotEmpty(targets);
        Assert.All(targets, target => Assert.True(Path.Exists(target), target));
    }

    private static List<string> Commands() =>
    [
        .. CommandLine().Matches(Readme)
            .Select(match => match.Groups[1].Value.Split('#')[0].Trim())
            .Where(command => !command.StartsWith("coordinator", StringComparison.Ordinal)
                && !command.StartsWith("worker", StringComparison.Ordinal)
                && !command.StartsWith("status", StringComparison.Ordinal)),
    ];

    [GeneratedRegex(@"^(?:disttrain|dotnet run -c Release --project src/DistTrain\.Cli --) (.+)$", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex("`(\"[a-zA-Z]+\": [^`]+)`")]
    private static partial Regex Setting();

    [GeneratedRegex(@"\]\(([^):]+)\)")]
    private static partial Regex LocalLink();
}
