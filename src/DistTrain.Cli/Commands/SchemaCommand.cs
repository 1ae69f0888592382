using System.CommandLine;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain schema.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand(
            "schema", "Prints the run file's JSON schema, for editors.", "disttrain schema > run.schema.json");
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(RunFileShape.ToJsonSchema());
            return ExitCodes.Done;
        });
        return command;
    }
}
