using System.CommandLine;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain export.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Argument<string> folder = CommonOptions.ResultFolder();
        var format = new Option<string?>("--format")
        {
            Description = "onnx (takes raw features, the scaling is inside) or safetensors (the weights alone; a linear layer's has the "
                + "shape (inputs, units), PyTorch's the reverse). Default: by the output's name.",
            HelpName = "FORMAT",
        };
        var output = new Option<string>("--output")
        {
            Description = "The file to write.",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> best = CommonOptions.Best();
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "export", "Hands a trained model on to other programs.",
            "disttrain export runs/digits --format onnx --output digits.onnx")
        {
            folder, format, output, best, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(output);
            string chosen = (parsed.GetValue(format) ?? Path.GetExtension(path).TrimStart('.')).ToLowerInvariant();
            using TrainedModel model = TrainedModel.Open(parsed.GetRequiredValue(folder), parsed.GetValue(best));
            long? written = chosen switch
            {
                "onnx" => ModelExport.ToOnnx(model, path),
                "safetensors" => ModelExport.ToSafetensors(model, path),
                _ => throw new UsageException($"--format: \"{chosen}\" is unknown; expected onnx or safetensors"),
            };
            if (written is { } bytes)
            {
                Console.Out.WriteLine(parsed.GetValue(json)
                    ? JsonOutput.Write(new { Path = Path.GetFullPath(path), Format = chosen, Bytes = bytes })
                    : $"{path}: {Figures.Count(bytes)} bytes");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
