namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Standard output and standard error that cannot be written to, or are read in another encoding.</summary>
public sealed class OutputTests
{
    private const string Full = "standard output cannot be written to (No space left on device); send it to a file or another disk";

    private const string Closed =
        "standard output cannot be written to (it is closed, or not open for writing); send it to a file or another disk";

    [SkippableTheory]
    [InlineData("exec >/dev/full", Full, "schema")]
    [InlineData("exec >/dev/full", Full, "--help")]
    [InlineData("exec >/dev/full", Full, "predict", "OUT", "--input", "examples/iris/iris.csv")]
    [InlineData("exec >/dev/full", Full, "predict", "OUT", "--input", "examples/iris/iris.csv", "--format", "npy")]
    [InlineData("exec >/dev/full", Full, "evaluate", "OUT")]
    [InlineData("exec >/dev/full", Full, "evaluate", "OUT", "--json")]
    [InlineData("exec >&-", Closed, "evaluate", "OUT")]
    [InlineData("exec >&-", Closed, "predict", "OUT", "--input", "examples/iris/iris.csv")]
    public async Task Command_WhoseOutputCannotBeWritten_NamesIt(string first, string expected, params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "has /dev/full");
        using var folder = new TemporaryFolder();
        if (arguments.Contains("OUT"))
        {
            await DistTrainCommand.RunAsync(
                "train", "examples/iris/run.json", "--quiet", "--set", "training.epochs=1", "--out", folder["out"]);
        }

        CommandResult result = await DistTrainCommand.RunInShellAsync(
            first, [.. arguments.Select(argument => argument == "OUT" ? folder["out"] : argument)]);

        Assert.Equal((1, expected + "\n"), (result.ExitCode, result.Errors));
    }

    /// <remarks>A failure that cannot be told must not end in the runtime's abort.</remarks>
    [SkippableTheory]
    [InlineData("exec 2>/dev/full", 2, "trian")]
    [InlineData("exec 2>/dev/full", 2, "evaluate", "/no/such/folder")]
    [InlineData("exec 2>&-", 2, "evaluate", "/no/such/folder")]
    [InlineData("exec >/dev/full 2>/dev/full", 1, "schema")]
    public async Task Command_WhoseErrorsCannotBeWritten_EndsWithItsExitCode(string first, int expected, params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "has /dev/full");

        CommandResult result = await DistTrainCommand.RunInShellAsync(first, arguments);

        Assert.Equal((expected, ""), (result.ExitCode, result.Errors));
    }

    [SkippableFact]
    public async Task Schema_WhereTheLocaleIsLatin1_IsUtf8()
    {
        Skip.If(OperatingSystem.IsWindows(), "has no locales");

        CommandResult result = await DistTrainCommand.RunAsync(
            ["schema"], new Dictionary<string, string> { ["LC_ALL"] = "de_DE.ISO-8859-1" });

        string published = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "run.schema.json"));
        Assert.Equal(published.Trim(), result.Output.Trim());
    }
}
