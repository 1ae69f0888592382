using System.CommandLine;
using DistTrain.Data;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain evaluate.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Argument<string> folder = CommonOptions.ResultFolder();
        var data = new Option<string?>("--data")
        {
            Description = "Other labelled data: a CSV file, a folder of IDX files, or a file of features with --labels. "
                + "Default: the run's test part, else its validation part.",
            HelpName = "PATH",
        };
        var labels = new Option<string?>("--labels")
        {
            Description = "The labels to the features of --data, where they have a file of their own (IDX, NPY).",
            HelpName = "FILE",
        };
        var train = new Option<bool>("--train") { Description = "Evaluate on the run's training part." };
        var validation = new Option<bool>("--validation") { Description = "Evaluate on the run's validation part." };
        Option<bool> best = CommonOptions.Best();
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "evaluate", "Measures a trained model: loss, accuracy, each class, who is taken for whom.",
            "disttrain evaluate runs/digits",
            "disttrain evaluate runs/iris --data new.csv --json")
        {
            folder, data, labels, train, validation, best, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(train) && parsed.GetValue(validation))
            {
                throw new UsageException("--train excludes --validation; leave one out");
            }

            using TrainedModel model = TrainedModel.Open(parsed.GetRequiredValue(folder), parsed.GetValue(best));
            string? part = parsed.GetValue(train) ? EvaluationData.TrainPart
                : parsed.GetValue(validation) ? EvaluationData.ValidationPart : null;
            (PreparedData prepared, DataSet rows, string name) = Prepare(
                model, parsed.GetValue(data), parsed.GetValue(labels), part);
            using (prepared)
            {
                EvaluationReport report = ModelEvaluation.Run(model, rows);
                if (parsed.GetValue(json))
                {
                    Console.Out.WriteLine(JsonOutput.Write(report));
                }
                else
                {
                    EvaluationTable.Write(TerminalOutput.Open(), report, name);
                }
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <param name="part">One of <see cref="EvaluationData"/>'s; null: the test part, else the validation part.</param>
    private static (PreparedData Data, DataSet Rows, string Name) Prepare(
        TrainedModel model, string? path, string? labels, string? part)
    {
        if (path is null && labels is not null)
        {
            throw new UsageException("--labels: the features are missing; give their file with --data");
        }

        if (path is not null)
        {
            if (part is not null)
            {
                throw new UsageException("--data excludes --train and --validation; leave one out");
            }

            PreparedData other = EvaluationData.Open(model, path, labels);
            return (other, other.Train, path);
        }

        PreparedData data = EvaluationData.OpenOfRun(model);
        if (model.TrainingDataHash is { } hash && hash != data.ContentHash)
        {
            Console.Error.WriteLine("note: the data files are not what they were when the model was trained");
        }

        return part switch
        {
            EvaluationData.TrainPart => (data, data.Train, part),
            EvaluationData.ValidationPart => (data, data.Validation ?? throw Dispose(data, "validation"), part),
            _ when data.Test is { } test => (data, test, EvaluationData.TestPart),
            _ when data.Validation is { } rows => (data, rows, EvaluationData.ValidationPart),
            _ => throw Dispose(data, "test"),
        };
    }

    private static UsageException Dispose(PreparedData data, string part)
    {
        data.Dispose();
        return new UsageException($"the run has no {part} part; name other data with --data, or say --train");
    }
}
