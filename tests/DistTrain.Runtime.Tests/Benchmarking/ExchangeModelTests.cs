using DistTrain.Numerics;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

public sealed class ExchangeModelTests
{
    [Theory]
    [InlineData(ExchangeModel.FloatsMin, ExchangeModel.FloatsMin)]
    [InlineData(8_257, 8_288)]
    [InlineData(500_000, 500_000)]
    [InlineData(5_000_000, 5_000_000)]
    [InlineData(ExchangeModel.FloatsMax, ExchangeModel.FloatsMax)]
    public void Run_AnyNumberOfFloats_HasSoManyParametersOrAFewMore(int floats, int parameters)
    {
        RunFile run = ExchangeModel.Run(floats, workers: 3, steps: null);

        Assert.Equal(parameters, DistTrain.Models.Network.Build(run.ResolveModel(new Shape(1), 2)).Parameters.Length);
        Assert.Equal((3, 3), (run.Training.BatchSize, run.Training.Shards));
    }
}
