using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

public sealed class ExamplesTests
{
    [Theory]
    [InlineData("digits", "digits.csv.gz", "digit", 64, 1797, "0,1,2,3,4,5,6,7,8,9")]
    [InlineData("iris", "iris.csv", "species", 4, 150, "setosa,versicolor,virginica")]
    [InlineData("breast-cancer", "breast-cancer.csv", "diagnosis", 30, 569, "benign,malignant")]
    public void Example_OfClasses_IsWhole(string example, string file, string label, int width, int rows, string classes)
    {
        var spec = new CsvDataSpec
        {
            File = file,
            Labels = [Column(label)],
            Split = new SplitSpec.Fraction(0.2),
            Scaling = new ScalingSpec.Standardize(),
        };
        using PreparedData data = PreparedData.Prepare(spec, ExampleFolder(example), seed: 1);

        Assert.Equal(classes.Split(','), data.ClassNames.ToArray());
        Assert.Equal(width, data.Train.FeatureShape.Size);
        Assert.Equal(width, data.FeatureNames.Length);
        Assert.Equal(rows, data.Train.RowCount + data.Test!.RowCount);
        Assert.Equal(Math.Round(rows * 0.2), data.Test.RowCount);
        Assert.All(data.Train.Targets(), target => Assert.InRange(target, 0, data.ClassNames.Length - 1));
    }

    [Fact]
    public void Diabetes_AsRegression_HasItsValues()
    {
        var spec = new CsvDataSpec
        {
            File = "diabetes.csv", Labels = [Column("progression")], Targets = TargetKind.Values,
        };
        using PreparedData data = PreparedData.Prepare(spec, ExampleFolder("diabetes"), seed: 1);

        Assert.Equal(442, data.Train.RowCount);
        Assert.Null(data.Test);
        Assert.Empty(data.ClassNames);
        Assert.Equal("progression", Assert.Single(data.TargetNames));
        Assert.Equal([59, 2, 32.1f, 101, 157, 93.2f, 38, 4, 4.8598f, 87], data.Train.Features(0));
        Assert.Equal([151, 75, 141], data.Train.Targets()[..3]);
    }

    [Fact]
    public void Broccoli_IsTheWorkedExample()
    {
        var spec = new CsvDataSpec { File = "broccoli.csv", Labels = [Column(-1)], Shuffle = false };
        using PreparedData data = PreparedData.Prepare(spec, ExampleFolder("broccoli"), seed: 1);

        Assert.Equal([100, 2000, 100, 200, 0, 0, 0, 2000, 3000], data.Train.Features());
        Assert.Equal([0, 1, 1], data.Train.Targets());
    }
}
