using System.CommandLine;
using System.Text;
using DistTrain.Data;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain predict.</summary>
internal static class PredictCommand
{
    private const string StandardStream = "-";

    private const int BufferBytes = 1 << 16;

    public static Command Create()
    {
        Argument<string> folder = CommonOptions.ResultFolder();
        var input = new Option<string>("--input")
        {
            Description = "Rows of features: CSV, NPY or IDX, also .gz; - is standard input.",
            HelpName = "FILE",
            Required = true,
        };
        var output = new Option<string>("--output")
        {
            Description = "Where the predictions go; - is standard output.",
            HelpName = "FILE",
            DefaultValueFactory = _ => StandardStream,
        };
        var format = new Option<string?>("--format")
        {
            Description = "csv, jsonl (a JSON object a line) or npy. Default: by the output's name, else csv.",
            HelpName = "FORMAT",
        };
        Option<bool> best = CommonOptions.Best();
        Option<bool> json = CommonOptions.Json();
        json.Description = "Short for --format jsonl.";
        var command = new ExampleCommand(
            "predict", "Uses a trained model: classes and their probabilities, or values, for each row.",
            "disttrain predict runs/digits --input new.csv --output predictions.csv",
            "zcat new.csv.gz | disttrain predict runs/iris --input - --format jsonl")
        {
            folder, input, output, format, best, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            string target = parsed.GetRequiredValue(output);
            string chosen = ChooseFormat(parsed.GetValue(json) ? "jsonl" : parsed.GetValue(format), target);
            string? temporary = TemporaryOf(target, chosen);
            using var interrupt = new Interrupt();
            try
            {
                await interrupt.RunAsync(() =>
                {
                    using TrainedModel model = TrainedModel.Open(parsed.GetRequiredValue(folder), parsed.GetValue(best));
                    using FeatureReader reader = OpenInput(parsed.GetRequiredValue(input), model.Features);
                    Run(model, reader, target, temporary, chosen, interrupt.Stop);
                }).ConfigureAwait(false);
                return ExitCodes.Done;
            }
            catch (OperationCanceledException) when (interrupt.Stop.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("stopped").ConfigureAwait(false);
                return interrupt.ExitCode;
            }
            finally
            {
                if (temporary is not null)
                {
                    File.Delete(temporary);
                }
            }
        });
        return command;
    }

    private static string ChooseFormat(string? given, string output)
    {
        string name = given ?? Path.GetExtension(output).TrimStart('.').ToLowerInvariant();
        return name switch
        {
            "jsonl" or "ndjson" or "json" => "jsonl",
            "npy" => "npy",
            "csv" => "csv",
            _ => given is null ? "csv" : throw new UsageException($"--format: {given} is unknown; expected csv, jsonl or npy"),
        };
    }

    private static FeatureReader OpenInput(string input, FeatureSchema features) => input == StandardStream
        ? FeatureReader.Open(Console.OpenStandardInput(), "standard input", features)
        : FeatureReader.Open(input, features);

    /// <returns>Where the whole output is collected first; null where rows go to standard output as they come.</returns>
    private static string? TemporaryOf(string target, string format) =>
        target != StandardStream ? target + ".tmp" : format == "npy" ? Path.GetTempFileName() : null;

    private static void Run(
        TrainedModel model, FeatureReader reader, string target, string? temporary, string format, CancellationToken stop)
    {
        using (Stream stream = temporary is null
            ? new BufferedStream(Console.OpenStandardOutput(), BufferBytes)
            : new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
        {
            Write(model, reader, stream, format, stop);
        }

        if (temporary is not null && target == StandardStream)
        {
            using FileStream whole = File.OpenRead(temporary);
            using Stream standard = Console.OpenStandardOutput();
            whole.CopyTo(standard);
        }
        else if (temporary is not null)
        {
            File.Move(temporary, target, overwrite: true);
        }
    }

    private static void Write(TrainedModel model, FeatureReader reader, Stream stream, string format, CancellationToken stop)
    {
        switch (format)
        {
            case "npy":
                Predictor.Run(model, reader, new NpyPredictionWriter(stream, model.Outputs), stop);
                break;
            case "jsonl":
                using (var lines = new JsonLinesPredictionWriter(stream, model.Outputs))
                {
                    Predictor.Run(model, reader, lines, stop);
                }

                break;
            default:
                using (var text = new StreamWriter(stream, new UTF8Encoding(false), BufferBytes, leaveOpen: true))
                {
                    Predictor.Run(model, reader, new CsvPredictionWriter(text, model.Outputs), stop);
                }

                break;
        }
    }
}
