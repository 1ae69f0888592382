using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.Terminal;

public sealed class JsonOutputTests
{
    [Fact]
    public void Write_ATextThatIsNotAscii_EscapesIt() => Assert.Equal(
        """{"name":"gr\u00FCn \uD83C\uDF31 <a+b>"}""", JsonOutput.Write(new { Name = "grün \ud83c\udf31 <a+b>" }));

    [Fact]
    public void WriteEvent_ATextThatIsNotAscii_IsReadAsItWas()
    {
        string line = JsonOutput.WriteEvent("end", new { Path = "Müller\n\"x\"" }, ("folder", "läuft"));

        Assert.True(System.Text.Ascii.IsValid(line));
        var read = (JsonObject)JsonNode.Parse(line)!;
        Assert.Equal(
            ("end", "läuft", "Müller\n\"x\""), ((string?)read["event"], (string?)read["folder"], (string?)read["path"]));
    }
}
