using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

public sealed class FeatureStatisticsTests : IDisposable
{
    private const string Rows = "a,b,y\n1,5,0\n2,5,1\n3,5,0\n6,5,1\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Standardize_GivesMean0AndDeviation1_AndAConstantColumn0()
    {
        using PreparedData data = Prepare(Rows, new ScalingSpec.Standardize());

        // Mean 3, variance (4 + 1 + 0 + 9) / 4 = 3.5.
        float factor = (float)(1 / Math.Sqrt(3.5));
        Assert.Equal([-2 * factor, 0, -1 * factor, 0, 0, 0, 3 * factor, 0], data.Train.Features());
        Assert.Equal([3, 5], data.Scaling.Offset.ToArray());
        Assert.Equal([factor, 1], data.Scaling.Factor.ToArray());
    }

    [Fact]
    public void MinMax_Gives0To1_AndAConstantColumn0()
    {
        using PreparedData data = Prepare(Rows, new ScalingSpec.MinMax());

        Assert.Equal([0, 0, 1 * 0.2f, 0, 2 * 0.2f, 0, 1, 0], data.Train.Features());
    }

    [Fact]
    public void DivideBy_MultipliesByTheReciprocal()
    {
        using PreparedData data = Prepare(Rows, new ScalingSpec.DivideBy(4));

        Assert.Equal([0.25f, 1.25f, 0.5f, 1.25f, 0.75f, 1.25f, 1.5f, 1.25f], data.Train.Features());
    }

    [Fact]
    public void Scaling_IsComputedOnTheTrainingPartAlone()
    {
        _folder.Write("train.csv", Rows);
        _folder.Write("test.csv", "a,b,y\n1000,7,0\n");
        using PreparedData data = PreparedData.Prepare(
            new CsvDataSpec
            {
                File = "train.csv", TestFile = "test.csv", Labels = [Column("y")], Scaling = new ScalingSpec.Standardize(),
            },
            _folder.Path, seed: 1);

        Assert.Equal([3, 5], data.Scaling.Offset.ToArray());
        Assert.Equal([997 * data.Scaling.Factor[0], 2], data.Test!.Features());
    }

    [Fact]
    public void Split_ChangesScalingWithTheTrainingRows()
    {
        using PreparedData data = Prepare(Rows, new ScalingSpec.Standardize(), split: new SplitSpec.Rows(1));

        float[] test = data.Test!.Features();
        float raw = (test[0] / data.Scaling.Factor[0]) + data.Scaling.Offset[0];
        float mean = (12 - raw) / 3;
        Assert.Equal(mean, data.Scaling.Offset[0], 1e-5);
    }

    [Theory]
    [InlineData("mean", 3f)]
    [InlineData("median", 2f)]
    [InlineData("number", -1f)]
    public void Missing_IsFilled_FromTheTrainingPart(string fill, float expected)
    {
        MissingValues missing = fill switch
        {
            "mean" => new MissingValues.FillMean(),
            "median" => new MissingValues.FillMedian(),
            _ => new MissingValues.FillNumber(-1),
        };
        using PreparedData data = Prepare("a,y\n1,0\n2,1\n,0\n6,1\n?,0\n", missing: missing);

        Assert.Equal([1, 2, expected, 6, expected], data.Train.Features());
        Assert.Equal(expected, Assert.Single(data.Schema.Fill));
    }

    [Fact]
    public void Missing_OfAnEvenCount_IsTheMiddlesMean()
    {
        using PreparedData data = Prepare("a,y\n1,0\n2,1\n,0\n6,1\n9,0\n", missing: new MissingValues.FillMedian());

        Assert.Equal(4, data.Train.Features()[2]);
    }

    [Fact]
    public void Missing_OfAWholeColumn_SaysWhich()
    {
        var failure = Assert.Throws<DataException>(() => Prepare("a,b,y\n1,,0\n2,NA,1\n", missing: new MissingValues.FillMean()));

        Assert.Contains("feature column \"b\" has no value in the training part", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_ThatOverflows_SaysWhere()
    {
        _folder.Write("train.csv", "a,y\n1e-30,0\n2e-30,1\n");
        _folder.Write("test.csv", "a,y\n1e30,1\n");
        var spec = new CsvDataSpec
        {
            File = "train.csv", TestFile = "test.csv", Labels = [Column("y")], Scaling = new ScalingSpec.MinMax(),
        };

        var failure = Assert.Throws<DataException>(() => PreparedData.Prepare(spec, _folder.Path, seed: 1));

        Assert.Contains("test.csv line 2: feature 0 (from 0) is not finite after scaling", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Standardize_OfAColumnThatIsConstantButForRounding_IsNotBlownUp()
    {
        // The sum of many equal values rounds, so their mean is not exactly theirs.
        string rows = "a,y\n" + string.Concat(Enumerable.Range(0, 999).Select(row => $"0.1,{row % 2}\n"));
        using PreparedData data = Prepare(rows, new ScalingSpec.Standardize());

        Assert.Equal(1, data.Scaling.Factor[0]);
        Assert.All(data.Train.Features(), value => Assert.Equal(0, value, 1e-6));
    }

    public void Dispose() => _folder.Dispose();

    private PreparedData Prepare(
        string csv, ScalingSpec? scaling = null, MissingValues? missing = null, SplitSpec? split = null)
    {
        _folder.Write("data.csv", csv);
        return PreparedData.Prepare(
            new CsvDataSpec
            {
                File = "data.csv",
                Labels = [Column("y")],
                Scaling = scaling ?? ScalingSpec.None,
                Missing = missing ?? MissingValues.Refuse,
                Split = split ?? SplitSpec.None,
            },
            _folder.Path, seed: 1);
    }
}
