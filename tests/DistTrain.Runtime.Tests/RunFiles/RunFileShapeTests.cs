
namespace DistTrain.Runtime.Tests.RunFiles;

public sealed class RunFileShapeTests
{
    [Fact]
    public void ToJsonSchema_PublishedFile_IsEqual()
    {
        string published = Path.Combine(RepositoryRoot(), "docs", "run.schema.json");

        Assert.True(
            RunFileShape.ToJsonSchema() == File.ReadAllText(published),
            "docs/run.schema.json is not what the parser accepts; write it anew: disttrain schema > docs/run.schema.json");
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DistTrain.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
