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
            "predict", "Uses a trained model: classes and their probabilities, or values, for each row in its order.",
            "disttrain predict runs/digits --input new.csv --output predictions.csv",
            "zcat new.csv.gz | disttrain predict runs/iris --input - --format jsonl")
        {
            folder, input, output, format, best, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            string target = parsed.GetRequiredValue(output);
            string chosen = ChooseFormat(parsed.GetValue(json) ? "jsonl" : parsed.GetValue(format), target);
            using var interrupt = new Interrupt();
            try
            {
                await interrupt.RunAsync(() =>
                {
                    using TrainedModel model = TrainedModel.Open(parsed.GetRequiredValue(folder), parsed.GetValue(best));
                    using FeatureReader reader = OpenInput(parsed.GetRequiredValue(input), model.Features);
                    Run(model, reader, target, chosen, interrupt.Stop);
                }).ConfigureAwait(false);
                return ExitCodes.Done;
            }
            catch (OperationCanceledException) when (interrupt.Stop.IsCancellationRequested)
            {
                if (target != StandardStream)
                {
                    OutputFile.Discard(target);
                }

                await Console.Error.WriteLineAsync("stopped").ConfigureAwait(false);
                return interrupt.ExitCode;
            }
        });
        return command;
    }

    private static string ChooseFormat(string? given, string output)
    {
        string name = (given ?? Path.GetExtension(output).TrimStart('.')).ToLowerInvariant();
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

    private static void Run(TrainedModel model, FeatureReader reader, string target, string format, CancellationToken stop)
    {
        if (target == StandardStream)
        {
            StandardOutput.Write(WriteTo);
        }
        else
        {
            OutputFile.Write(target, WriteTo);
        }

        void WriteTo(Stream stream)
        {
            if (format != "npy" || stream.CanSeek)
            {
                Write(model, reader, stream, format, stop);
                return;
            }

            // The head of an NPY file says how many rows follow.
            using FileStream whole = OpenTemporary();
            Write(model, reader, whole, format, stop);
            whole.Position = 0;
            whole.CopyTo(stream);
        }
    }

    /// <summary>A file that is gone when it is closed; on Unix also when the process ends before.</summary>
    private static FileStream OpenTemporary()
    {
        string path;
        try
        {
            path = Path.GetTempFileName();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"no temporary file can be made in {Path.GetTempPath()} ({error.Message.TrimEnd('.')}); name another folder in TMPDIR, "
                + "or a file with --output", error);
        }

        FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete, BufferBytes, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
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
