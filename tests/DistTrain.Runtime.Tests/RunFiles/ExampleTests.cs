namespace DistTrain.Runtime.Tests.RunFiles;

public sealed class ExampleTests
{
    public static TheoryData<string> RunFiles() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "*.json", SearchOption.AllDirectories)];

    [Theory]
    [MemberData(nameof(RunFiles))]
    public void Load_EveryExample_IsARunFile(string path)
    {
        RunFile run = RunFile.Load(path, []);

        Assert.Equal(run.ToJson(), RunFile.Parse(run.ToJson(), "/elsewhere/run.json").ToJson());
    }
}
