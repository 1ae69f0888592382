using System.Text.Json.Nodes;

namespace DistTrain.Runtime.Tests.RunFiles;

public sealed class RunFileShapeTests
{
    private const int SampleCount = 4000;

    [Fact]
    public void ToJsonSchema_PublishedFile_IsEqual()
    {
        string published = Path.Combine(Repository.Root, "docs", "run.schema.json");

        Assert.True(
            RunFileShape.ToJsonSchema() == File.ReadAllText(published),
            "docs/run.schema.json is not what the parser accepts; write it anew: disttrain schema > docs/run.schema.json");
    }

    /// <summary>
    /// What the schema cannot or need not say stays out of the samples: null (for --set path=null), numbers that no float32
    /// holds, and the product of the dimensions in data.shape.
    /// </summary>
    [Fact]
    public void ToJsonSchema_FilesRightAndWrong_AllowsThoseThatTheParserAccepts()
    {
        JsonObject schema = JsonNode.Parse(RunFileShape.ToJsonSchema())!.AsObject();
        var evaluator = new SchemaEvaluator(schema);
        var samples = new SchemaSamples(schema, seed: 1);
        int accepted = 0;
        for (int sample = 0; sample < SampleCount; sample++)
        {
            string file = samples.Next().ToJsonString();
            string? refusal = Refusal(file);
            if (refusal?.EndsWith("elements at most", StringComparison.Ordinal) == true)
            {
                continue;
            }

            Assert.True(
                evaluator.IsValid(JsonNode.Parse(file)) == (refusal is null), $"the parser says: {refusal ?? "fine"}\n{file}");
            accepted += refusal is null ? 1 : 0;
        }

        Assert.InRange(accepted, SampleCount / 20, SampleCount * 19 / 20);
    }

    private static string? Refusal(string json)
    {
        try
        {
            RunFile.Parse(json, "run.json");
            return null;
        }
        catch (RunFileException error)
        {
            return error.Message;
        }
    }
}
