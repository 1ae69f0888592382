
namespace DistTrain.Runtime.Tests.RunFiles;

public sealed class RunFileShapeTests
{
    [Fact]
    public void ToJsonSchema_PublishedFile_IsEqual()
    {
        string published = Path.Combine(Repository.Root, "docs", "run.schema.json");

        Assert.True(
            RunFileShape.ToJsonSchema() == File.ReadAllText(published),
            "docs/run.schema.json is not what the parser accepts; write it anew: disttrain schema > docs/run.schema.json");
    }
}
