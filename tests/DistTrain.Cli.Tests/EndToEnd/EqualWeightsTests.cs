using System.Collections.Immutable;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>The weights of digits do not depend on workers, processes, threads or vector instructions.</summary>
public sealed class EqualWeightsTests(EqualWeightsTests.Undisturbed undisturbed) : IClassFixture<EqualWeightsTests.Undisturbed>
{
    private const string Epochs = "training.epochs=3";

    public static TheoryData<int, bool, int, string> Settings()
    {
        var settings = new TheoryData<int, bool, int, string>();
        foreach (int workers in (int[])[1, 2, 3, 5, 7, 8])
        {
            foreach (int threads in (int[])[1, 2])
            {
                settings.Add(workers, false, threads, "");
                settings.Add(workers, true, threads, "");
            }
        }

        foreach (string without in (string[])["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"])
        {
            settings.Add(1, false, 1, without);
            settings.Add(3, false, 2, without);
            settings.Add(2, true, 1, without);
        }

        return settings;
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Train_DigitsInAnySetting_GivesTheSameWeights(int workers, bool processes, int threads, string without)
    {
        string[] flags = ["--workers", $"{workers}", "--threads", $"{threads}", .. processes ? (string[])["--processes"] : []];

        Assert.Equal(undisturbed.WeightsSha256, await TrainAsync(flags, without));
    }

    [SkippableTheory]
    [InlineData("tcp")]
    [InlineData("shared")]
    public async Task Train_DigitsOverEitherLink_GivesTheSameWeights(string link)
    {
        Skip.If(link == "shared" && !OperatingSystem.IsLinux(), "shared memory is a Linux matter");
        Assert.Equal(
            undisturbed.WeightsSha256,
            await TrainAsync(["--workers", "3", "--processes", "--threads", "2", "--link", link], ""));
    }

    private static async Task<string> TrainAsync(string[] flags, string without)
    {
        using var folder = new TemporaryFolder();
        ImmutableDictionary<string, string> environment = ImmutableDictionary<string, string>.Empty;
        CommandResult result = await DistTrainCommand.RunAsync(
            ["train", "examples/digits/run.json", "--json", "--set", Epochs, "--out", folder["out"], .. flags],
            without.Length == 0 ? environment : environment.Add(without, "0"));
        return result.WeightsSha256;
    }

    /// <summary>One worker, one thread, one process, every instruction the machine has.</summary>
    public sealed class Undisturbed : IAsyncLifetime
    {
        public string WeightsSha256 { get; private set; } = "";

        public async Task InitializeAsync() => WeightsSha256 = await TrainAsync([], "");

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
