using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.TrainedModels;

public sealed class CsvPredictionWriterTests
{
    [Fact]
    public void Write_AnOutputBeyondTheClasses_LeavesTheClassEmptyAndEveryColumnInItsPlace() => Assert.Equal(
        "class,\"probability of a,b\",probability of c\n\"a,b\",0.75,0.25\n,0.125,0.5\n",
        Lines(["a,b", "c"], [], writer =>
        {
            writer.Write(0, [0.75f, 0.25f]);
            writer.Write(2, [0.125f, 0.5f]);
        }));

    [Fact]
    public void Write_Values_HasNoClass() => Assert.Equal(
        "load,price\n-1.5,2\n", Lines([], ["load", "price"], writer => writer.Write(-1, [-1.5f, 2])));

    private static string Lines(string[] classes, string[] targets, Action<CsvPredictionWriter> write)
    {
        var features = new FeatureSchema { FeatureShape = [1], ClassNames = [.. classes], TargetNames = [.. targets] };
        LossSpec loss = classes.Length > 0 ? new SoftmaxCrossEntropySpec() : new HalfSquaredErrorSpec();
        using var text = new StringWriter();
        var writer = new CsvPredictionWriter(text, new OutputDecoder(loss, classes.Length > 0 ? 3 : targets.Length, features));
        write(writer);
        writer.Finish();
        return text.ToString();
    }
}
