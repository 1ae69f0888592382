using DistTrain.Models;

namespace DistTrain.Runtime.Tests.TrainedModels;

public sealed class TrainedModelTests
{
    private const int Threads = 4;

    private const int Rounds = 200;

    [Fact]
    public async Task Predict_FromManyThreadsAtOnce_GivesTheBitsOfOne()
    {
        using TinyRun tiny = new();
        await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        using TrainedModel model = TrainedModel.Open(tiny.Out("out"));
        float[][] expected = [.. Enumerable.Range(0, Threads).Select(number => Predict(model, number))];

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, number =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                Assert.Equal(expected[number], Predict(model, number));
            }
        });
    }

    private static float[] Predict(TrainedModel model, int number)
    {
        float[] row = [.. Enumerable.Range(0, model.Features.Width).Select(column => (number + 1f) / (column + 1))];
        model.Features.Prepare(row);
        using NetworkLane lane = model.Network.CreateLane();
        float[] outputs = new float[model.Network.Output.Size];
        lane.Predict(model.Weights, row, 1, outputs);
        float[] values = new float[model.Outputs.Width];
        model.Outputs.Decode(outputs, values);
        return values;
    }
}
