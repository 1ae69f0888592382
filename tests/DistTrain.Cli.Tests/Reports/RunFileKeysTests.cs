using System.Text.Json.Nodes;
using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli.Tests.Reports;

public sealed class RunFileKeysTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(160)]
    public void Write_TheRunFilesSchema_HasEveryKeyWithinTheTerminal(int width)
    {
        var schema = (JsonObject)JsonNode.Parse(RunFileShape.ToJsonSchema())!;

        string[] lines = Write(schema, width);

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        string all = string.Join('\n', lines);
        Assert.All(KeysOf(schema), key => Assert.Matches($@"(\n| |"")({key.Replace("$", @"\$")})(""| |\n)", $"\n{all}\n"));
    }

    [Fact]
    public void Write_SectionsOfSeveralKinds_NamesKindDefaultAndWords()
    {
        string[] lines = Write((JsonObject)JsonNode.Parse(RunFileShape.ToJsonSchema())!, width: 160);

        Assert.Contains("  batchSize (required)     Rows of one batch.", lines);
        Assert.Contains("training.optimizer with \"type\": \"sgd\". Stochastic gradient descent.", lines);
        Assert.Contains(lines, line => line.StartsWith("  missing = \"refuse\" ", StringComparison.Ordinal)
            && line.EndsWith("Words: \"refuse\", \"mean\", \"median\".", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("data.scaling with \"type\": \"divideBy\"", StringComparison.Ordinal));
    }

    private static IEnumerable<string> KeysOf(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member.Key == "properties"
            ? ((JsonObject)member.Value!).SelectMany(key => KeysOf(key.Value).Prepend(key.Key))
            : KeysOf(member.Value)),
        JsonArray list => list.SelectMany(KeysOf),
        _ => [],
    };

    private static string[] Write(JsonObject schema, int width)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        RunFileKeys.Write(console, schema);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
