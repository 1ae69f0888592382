using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using DistTrain.Data;

namespace DistTrain.Cli;

/// <summary>Says in one sentence what is wrong with a command line.</summary>
internal static class UsageError
{
    /// <returns>Null where nothing is wrong, or where help or version was asked for of a command that there is.</returns>
    public static string? Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        bool isUnknownCommand = command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0;
        if (parsed.Errors.Count == 0)
        {
            return FindEmpty(parsed);
        }

        if (parsed.Action is not ParseErrorAction && !isUnknownCommand)
        {
            return null;
        }

        if (parsed.UnmatchedTokens.Count > 0)
        {
            return DescribeUnknown(parsed.UnmatchedTokens[0], command);
        }

        if (command is RootCommand)
        {
            return $"no command is given; expected one of {string.Join(", ", Names(command.Subcommands))}, or --help";
        }

        string path = PathOf(command);
        if (command.Subcommands.Count > 0)
        {
            return $"{path}: say what; expected one of {string.Join(", ", Names(command.Subcommands))}, or --help";
        }

        foreach (Argument argument in command.Arguments)
        {
            if (argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument)?.Tokens.Count is null or 0)
            {
                return $"{path}: {argument.Name} is missing ({argument.Description!.TrimEnd('.')}); "
                    + $"see disttrain {path} --help";
            }
        }

        foreach (Option option in command.Options)
        {
            OptionResult? given = parsed.GetResult(option);
            string value = option.HelpName ?? "a value";
            if (option.Required && (given is null || given.Implicit))
            {
                return $"{path}: {option.Name} {value} is missing ({option.Description!.TrimEnd('.')}); "
                    + $"see disttrain {path} --help";
            }

            if (given is { Implicit: false, Tokens.Count: 0 } && option.Arity.MinimumNumberOfValues > 0)
            {
                return $"{option.Name}: no value is given; expected {value}";
            }
        }

        string message = parsed.Errors[0].Message.TrimEnd('.');
        return message.Contains(": ", StringComparison.Ordinal) ? message : $"{path}: {message}";
    }

    /// <summary>As a shell gives it for a variable that is not set.</summary>
    private static string? FindEmpty(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        foreach (Argument argument in command.Arguments)
        {
            if (IsEmpty(parsed.GetResult(argument)?.Tokens))
            {
                return $"{PathOf(command)}: {argument.Name} is empty ({argument.Description!.TrimEnd('.')}); "
                    + $"see disttrain {PathOf(command)} --help";
            }
        }

        return command.Options.FirstOrDefault(option => IsEmpty(parsed.GetResult(option)?.Tokens)) is { } empty
            ? $"{empty.Name}: the value is empty; expected {empty.HelpName ?? "a value"}"
            : null;
    }

    private static bool IsEmpty(IReadOnlyList<Token>? tokens) => tokens?.Any(static token => token.Value.Length == 0) == true;

    /// <summary>A token that the command does not know, with the nearest that it knows.</summary>
    public static string DescribeUnknown(string token, Command command)
    {
        bool isOption = token.StartsWith('-');
        IEnumerable<string> known = isOption ? Names(command.Options) : Names(command.Subcommands);
        string? nearest = NearestName.Find(token, known);
        if (nearest is not null)
        {
            return $"{token} is unknown; did you mean {nearest}?";
        }

        string where = command is RootCommand ? "disttrain --help" : $"disttrain {PathOf(command)} --help";
        return command.Subcommands.Count > 0 || isOption
            ? $"{token} is unknown; {where} lists what there is"
            : $"{token} is one argument too many for {PathOf(command)}; see {where}";
    }

    /// <summary>As in "bench kernels".</summary>
    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent
            ? $"{PathOf(parent)} {command.Name}" : command.Name;

    private static IEnumerable<string> Names(IEnumerable<Symbol> symbols) =>
        symbols.Where(symbol => !symbol.Hidden).Select(symbol => symbol.Name);
}
