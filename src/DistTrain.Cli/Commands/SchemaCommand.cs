using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain schema.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var keys = new Option<bool>("--keys") { Description = "Print every key with its default as a list for people instead." };
        var command = new ExampleCommand(
            "schema", "Prints the run file's JSON schema, for editors, or its keys.",
            "disttrain schema > run.schema.json",
            "disttrain schema --keys")
        {
            keys,
        };
        command.SetAction(parsed =>
        {
            string schema = RunFileShape.ToJsonSchema();
            if (parsed.GetValue(keys))
            {
                RunFileKeys.Write(TerminalOutput.Open(), (JsonObject)JsonNode.Parse(schema)!);
            }
            else
            {
                // UTF-8 whatever the console has, as JSON wants it.
                StandardOutput.Write(output => output.Write(Encoding.UTF8.GetBytes(schema)));
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
