using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Text.Json;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>Options and arguments that several commands share.</summary>
internal static class CommonOptions
{
    private const int ThreadsMax = 1024;

    private const int WorkersMax = 4096;

    public static Argument<string> RunFile() => new("RUN.json") { Description = "The run file." };

    public static Argument<string> ResultFolder() => new("OUT_DIR") { Description = "The output folder of a run." };

    public static Option<bool> Best() => new("--best")
    {
        Description = "Use the best model by evaluation (checkpoint.best in the run file) instead of the last one.",
    };

    public static Option<string?> Out() => new("--out")
    {
        Description = "The output folder; an earlier run there is replaced. Default: runs/NAME, named after the run file.",
        HelpName = "DIR",
    };

    public static Option<bool> Resume() => new("--resume")
    {
        Description = "Go on from the newest checkpoint in the output folder.",
    };

    public static Option<bool> Force() => new("--force")
    {
        Description = "Resume although the run file or the data changed so that the result is another; summary.json notes it.",
    };

    public static Option<string?> Init() => new("--init")
    {
        Description = "Start from these weights instead of drawn ones (fine-tuning); short for training.initialWeights.",
        HelpName = "FILE.safetensors",
    };

    /// <summary>The run file with --set and --init applied.</summary>
    /// <exception cref="RunFileException">It cannot be read or used.</exception>
    public static RunFile LoadRunFile(string path, string[] overrides, string? init) => DistTrain.Runtime.RunFile.Load(
        path, init is null ? overrides : [.. overrides, $"training.initialWeights={JsonSerializer.Serialize(init)}"]);

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Replace a value of the run file, as in training.epochs=3 (null: as if it were not given); may be given several times.",
        HelpName = "path=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON alone on standard output.",
    };

    public static Option<bool> Quiet() => new("--quiet", "-q")
    {
        Description = "No progress; the summary alone.",
    };

    /// <summary>For nodes that have no summary.</summary>
    public static Option<bool> QuietNode() => new("--quiet", "-q")
    {
        Description = "Say nothing, except why it failed.",
    };

    public static Option<int> Threads() =>
        Integer("--threads", "T", 1, 1, ThreadsMax, "Compute threads of each worker.");

    public static Option<int> Workers() => Integer(
        "--workers", "N", 1, 1, WorkersMax, "Workers; they change the time, never the weights.");

    public static Option<bool> Processes() => new("--processes")
    {
        Description = "Each worker is a process of its own: a cluster on this machine.",
    };

    public static Option<LinkKind> Link() => new("--link")
    {
        Description = "How weights and sums travel between processes: tcp, or shared (memory, on one machine). "
            + "Default: shared where that is possible.",
        HelpName = "tcp|shared",
        CustomParser = ParseLink,
    };

    /// <summary>A whole number within bounds.</summary>
    public static Option<int> Integer(
        string name, string helpName, int fallback, int min, int max, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => ParseInteger(result, name, min, max),
    };

    /// <summary>A whole number within bounds, or none.</summary>
    public static Option<int?> OptionalInteger(string name, string helpName, int min, int max, string description) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => ParseInteger(result, name, min, max),
        };

    /// <summary>HOST:PORT to listen on; port 0 lets the system choose.</summary>
    public static Option<DnsEndPoint> EndPoint(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "HOST:PORT",
        Required = true,
        CustomParser = result => ParseEndPoint(result, name, TextOf(result), portMin: 0),
    };

    /// <summary>HOST:PORT to connect to, once or several times.</summary>
    public static Option<DnsEndPoint[]> EndPoints(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "HOST:PORT",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result =>
            [.. result.Tokens.Select(token => ParseEndPoint(result, name, token.Value, portMin: 1)).OfType<DnsEndPoint>()],
    };

    /// <summary>An address to connect to.</summary>
    public static DnsEndPoint? ParseEndPoint(ArgumentResult result, string name) =>
        ParseEndPoint(result, name, TextOf(result), portMin: 1);

    private static DnsEndPoint? ParseEndPoint(ArgumentResult result, string name, string text, int portMin)
    {
        (DnsEndPoint? address, string problem) = HostAndPort.Parse(text, portMin);
        if (address is null)
        {
            result.AddError($"{name}: {problem}");
        }

        return address;
    }

    private static LinkKind ParseLink(ArgumentResult result)
    {
        string text = TextOf(result);
        switch (text)
        {
            case "tcp":
                return LinkKind.Tcp;
            case "shared":
                return LinkKind.Shared;
            default:
                result.AddError($"--link: {text} is no kind of link, expected tcp or shared");
                return LinkKind.Auto;
        }
    }

    private static int ParseInteger(ArgumentResult result, string name, int min, int max)
    {
        string text = TextOf(result);
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            result.AddError($"{name}: {text} is not a whole number, expected {min} or more");
        }
        else if (value < min)
        {
            result.AddError($"{name}: {value} is too small, at least {min} is needed");
        }
        else if (value > max)
        {
            result.AddError($"{name}: {value} is too large, {max} at most");
        }

        return (int)Math.Clamp(value, min, max);
    }

    /// <summary>The last value, if the option was given several times.</summary>
    private static string TextOf(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
}
