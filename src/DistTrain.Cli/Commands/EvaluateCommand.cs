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
                + "Default: the run's test part.",
            HelpName = "PATH",
        };
        var labels = new Option<string?>("--labels")
        {
            Description = "The labels to the features of --data, where they have a file of their own (IDX, NPY).",
            HelpName = "FILE",
        };
        var train = new Option<bool>("--train") { Description = "Evaluate on the run's training part." };
        Option<bool> best = CommonOptions.Best();
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "evaluate", "Measures a trained model: loss, accuracy, each class, who is taken for whom.",
            "disttrain evaluate runs/digits",
            "disttrain evaluate runs/iris --data new.csv --json")
        {
            folder, data, labels, train, best, json,
        };
        command.SetAction(parsed =>
        {
            using TrainedModel model = TrainedModel.Open(parsed.GetRequiredValue(folder), parsed.GetValue(best));
            (PreparedData prepared, string name) = Prepare(
                model, parsed.GetValue(data), parsed.GetValue(labels), parsed.GetValue(train));
            using (prepared)
            {
                DataSet part = name == EvaluationData.TestPart ? prepared.Test! : prepared.Train;
                EvaluationReport report = ModelEvaluation.Run(model, part);
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

    private static (PreparedData Data, string Part) Prepare(TrainedModel model, string? path, string? labels, bool train)
    {
        if (path is null && labels is not null)
        {
            throw new UsageException("--labels: the features are missing; give their file with --data");
        }

        if (path is not null)
        {
            return train
                ? throw new UsageException("--train and --data exclude each other; leave one out")
                : (EvaluationData.Open(model, path, labels), path);
        }

        PreparedData data = EvaluationData.OpenOfRun(model);
        if (model.TrainingDataHash is { } hash && hash != data.ContentHash)
        {
            Console.Error.WriteLine("note: the data files are not what they were when the model was trained");
        }

        return train ? (data, EvaluationData.TrainPart)
            : data.Test is not null ? (data, EvaluationData.TestPart)
            : throw Dispose(data);
    }

    private static UsageException Dispose(PreparedData data)
    {
        data.Dispose();
        return new UsageException("the run has no test part; name other data with --data, or say --train");
    }
}
