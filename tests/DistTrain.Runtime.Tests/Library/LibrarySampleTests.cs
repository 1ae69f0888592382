namespace DistTrain.Runtime.Tests.Library;

public sealed class LibrarySampleTests
{
    [Fact]
    public async Task TrainAndPredict_OnIris_NamesTheSpecies()
    {
        string folder = Directory.CreateTempSubdirectory("disttrain-library-").FullName;
        try
        {
            (string species, float probability) = await LibrarySample.TrainAndPredictAsync(
                Path.Combine(Repository.Root, "examples", "iris", "run.json"), Path.Combine(folder, "out"), CancellationToken.None);

            Assert.Equal("setosa", species);
            Assert.InRange(probability, 0.95f, 1f);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Code_OfTheDocument_IsTheCodeThatRuns()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "LIBRARY.md"));
        string code = document.Split("```csharp\n")[1].Split("```")[0];
        string source = File.ReadAllText(Path.Combine(
            Repository.Root, "tests", "DistTrain.Runtime.Tests", "Library", "LibrarySample.cs"));
        string[] lines = [.. source.Split('\n').Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line)];

        Assert.Contains(code, string.Join('\n', lines), StringComparison.Ordinal);
    }
}
