using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Library;

/// <summary>The code of docs/LIBRARY.md, letter by letter.</summary>
internal static class LibrarySample
{
    /// <returns>The species of one flower, and how sure the model is.</returns>
    public static async Task<(string Species, float Probability)> TrainAndPredictAsync(
        string runFile, string outFolder, CancellationToken stop)
    {
        RunFile run = RunFile.Load(runFile, ["training.epochs=50"]);    // as --set does
        var request = new TrainingRequest { Run = run, Workers = 2, OutFolder = outFolder };
        TrainingResult result = await LocalTraining.RunAsync(request, TrainingObserver.None, stop);
        if (result.End.Kind != RunEndKind.Completed)
        {
            throw new InvalidOperationException(result.End.Reason);
        }

        using TrainedModel model = TrainedModel.Open(outFolder);
        float[] flower = [5.1f, 3.5f, 1.4f, 0.2f];                      // in the order of model.Features.FeatureNames
        model.Features.Prepare(flower);                                 // fills what is missing (NaN) and scales, in place
        using NetworkLane lane = model.Network.CreateLane();            // one for each thread, to be kept
        float[] outputs = new float[model.Network.Output.Size];
        lane.Predict(model.Weights, flower, rows: 1, outputs);

        float[] probabilities = new float[model.Outputs.Width];
        model.Outputs.Decode(outputs, probabilities);
        int species = model.Outputs.ClassOf(outputs);
        return (model.Outputs.ClassNames[species], probabilities[species]);
    }
}
