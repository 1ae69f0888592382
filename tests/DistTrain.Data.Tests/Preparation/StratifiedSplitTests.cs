using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests.Preparation;

/// <summary>data.stratify: parts that keep each class's share.</summary>
public sealed class StratifiedSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Test and validation rows of each class, by hand: shares rounded down, what is missing to the largest remainders.</summary>
    public static TheoryData<string, int, int, int[], int[]> Shares => new()
    {
        { "aaaaaaaabb", 5, 0, [4, 1], [0, 0] },
        { "bbaaaaaaaa", 5, 0, [4, 1], [0, 0] },
        { "aaaaaabbbc", 3, 3, [2, 1, 0], [2, 1, 0] },  // 1.8, 0.9, 0.3; then of 4, 2, 1 in 7: 1.71, 0.86, 0.43
        { "aaaaabbb", 2, 0, [1, 1], [0, 0] },          // 1.25, 0.75
        { "aaabbb", 1, 0, [1, 0], [0, 0] },            // equal remainders: the class that comes first in the file
        { "bbbaaa", 1, 0, [0, 1], [0, 0] },
        { "aabbcc", 3, 0, [1, 1, 1], [0, 0, 0] },
        { "aaaab", 3, 0, [3, 0], [0, 0] },             // 2.4, 0.6: the only b stays for training
        { "aaab", 2, 0, [2, 0], [0, 0] },              // 1.5, 0.5
        { "aaaabb", 1, 3, [1, 0], [2, 1] },
    };

    [Theory]
    [MemberData(nameof(Shares))]
    public void Prepare_Stratified_GivesEachPartTheClassesShares(string labels, int testRows, int validationRows, int[] test, int[] validation)
    {
        int[] all = [.. labels.Distinct().Order().Select(label => labels.Count(other => other == label))];
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using PreparedData data = Prepare(labels, testRows, validationRows, seed);

            Assert.Equal(test, Counts(data.Test, all.Length));
            Assert.Equal(validation, Counts(data.Validation, all.Length));
            Assert.Equal(all.Select((count, index) => count - test[index] - validation[index]), Counts(data.Train, all.Length));
            Assert.Equal(
                Enumerable.Range(0, labels.Length).Select(row => (float)row),
                ((DataSet?[])[data.Train, data.Validation, data.Test]).SelectMany(part => part?.Features() ?? []).Order());
        }
    }

    [Fact]
    public void Prepare_Stratified_DrawsBySeedAlone()
    {
        const string Labels = "aaaaaaaaaaaabbbbbbbb";
        using PreparedData one = Prepare(Labels, 5, 0, seed: 1);
        using PreparedData again = Prepare(Labels, 5, 0, seed: 1);
        using PreparedData withValidation = Prepare(Labels, 5, 5, seed: 1);
        using PreparedData other = Prepare(Labels, 5, 0, seed: 2);

        Assert.Equal(one.ContentHash, again.ContentHash);
        Assert.Equal(one.Test!.Features(), withValidation.Test!.Features());
        Assert.NotEqual(one.Test!.Features(), other.Test!.Features());
    }

    [Theory]
    [InlineData("aabb", 3, 0, "3 test rows leave too few for one of each of the 2 classes in training; set fewer aside")]
    [InlineData("aaabb", 2, 2, "2 validation rows leave too few for one of each of the 2 classes in training; set fewer aside")]
    [InlineData("abc", 1, 0, "1 test rows leave too few for one of each of the 3 classes in training; set fewer aside")]
    [InlineData("aabb", 0, 0, "data.stratify is true, but no rows are set aside; give data.testFraction or data.validationFraction")]
    public void Prepare_ThatCannotBeStratified_SaysWhy(string labels, int testRows, int validationRows, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Prepare(labels, testRows, validationRows, seed: 1));

        Assert.StartsWith(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_OfStratifiedValues_SaysThatTheyHaveNoClasses()
    {
        _folder.Write("data.csv", "x,y\n1,1\n2,2\n3,3\n");
        CsvDataSpec spec = Spec(1, 0) with { Targets = TargetKind.Values };

        var failure = Assert.Throws<DataException>(() => PreparedData.Prepare(spec, _folder.Path, seed: 1));

        Assert.Equal(
            "data.stratify is true, but data.targets is \"values\"; only classes have shares to keep, remove it", failure.Message);
    }

    [Fact]
    public void Prepare_OfSyntheticRows_IsStratifiedToo()
    {
        using PreparedData data = PreparedData.Prepare(
            new SyntheticDataSpec
            {
                Rows = 200, Classes = 4, Seed = 3, FeatureShape = new Numerics.Shape(4), Split = new SplitSpec.Fraction(0.25), Stratify = true,
            },
            "", seed: 1);

        Assert.All(
            Counts(data.Test, 4).Zip(Counts(data.Train, 4)), pair => Assert.InRange(Math.Abs((pair.First * 3) - pair.Second), 0, 3));
    }

    public void Dispose() => _folder.Dispose();

    private static int[] Counts(DataSet? part, int classes)
    {
        float[] targets = part?.Targets() ?? [];
        return [.. Enumerable.Range(0, classes).Select(index => targets.Count(target => target == index))];
    }

    private static CsvDataSpec Spec(int testRows, int validationRows) => new()
    {
        File = "data.csv", Labels = [Column("y")], Stratify = true,
        Split = testRows == 0 ? SplitSpec.None : new SplitSpec.Rows(testRows),
        Validation = validationRows == 0 ? SplitSpec.None : new SplitSpec.Rows(validationRows),
    };

    /// <summary>Rows of the feature 0, 1, … with a letter each as label.</summary>
    private PreparedData Prepare(string labels, int testRows, int validationRows, ulong seed)
    {
        _folder.Write("data.csv", "x,y\n" + string.Concat(labels.Select((label, row) => $"{row},{label}\n")));
        return PreparedData.Prepare(Spec(testRows, validationRows), _folder.Path, seed);
    }
}
