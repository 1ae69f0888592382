using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DistTrain.Cli;

/// <summary>A command whose help ends in examples.</summary>
/// <param name="examples">Whole command lines, one for each line.</param>
internal sealed class ExampleCommand(string name, string description, params string[] examples)
    : Command(name, description)
{
    public IReadOnlyList<string> Examples => examples;
}

/// <summary>The usual help, then the command's examples.</summary>
internal sealed class ExampleHelpAction(HelpAction usual) : SynchronousCommandLineAction
{
    private const int WidthMax = 110;

    private const int WidthMin = 40;

    /// <summary>Makes a root command's --help show examples.</summary>
    public static void Install(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        var usual = (HelpAction)help.Action!;
        usual.MaxWidth = Console.IsOutputRedirected ? WidthMax : Math.Clamp(Console.WindowWidth, WidthMin, WidthMax);
        help.Action = new ExampleHelpAction(usual);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        IReadOnlyList<string> examples = parseResult.CommandResult.Command is ExampleCommand command
            ? command.Examples
            : ["disttrain train examples/digits/run.json --workers 2"];
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples)
        {
            output.WriteLine($"  {example}");
        }

        return code;
    }
}
