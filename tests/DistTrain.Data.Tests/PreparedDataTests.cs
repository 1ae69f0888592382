using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

public sealed class PreparedDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_OfSavedData_GivesTheSameDataAndHash()
    {
        using PreparedData prepared = PrepareIris(seed: 1);
        string path = Path.Combine(_folder.Path, "iris.data");
        prepared.Save(path);
        using PreparedData opened = PreparedData.Open(path, prepared.ContentHash);

        Assert.Equal(prepared.ContentHash, opened.ContentHash);
        Assert.Equal(prepared.ClassNames.ToArray(), opened.ClassNames.ToArray());
        Assert.Equal(prepared.FeatureNames.ToArray(), opened.FeatureNames.ToArray());
        Assert.Equal(prepared.TargetNames.ToArray(), opened.TargetNames.ToArray());
        Assert.Equal(prepared.Scaling, opened.Scaling);
        Assert.Equal(prepared.Train.FeatureShape, opened.Train.FeatureShape);
        Assert.Equal(prepared.Train.Features(), opened.Train.Features());
        Assert.Equal(prepared.Train.Targets(), opened.Train.Targets());
        Assert.Equal(prepared.Test!.Features(), opened.Test!.Features());
        Assert.Equal(prepared.Test!.Targets(), opened.Test!.Targets());
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void ContentHash_DependsOnDataSplitScalingAndNames()
    {
        string csv = "a,b,y\n1,2,x\n3,4,z\n5,6,x\n7,9,z\n";
        string hash = Hash(csv);

        Assert.Equal(hash, Hash(csv));
        Assert.Equal(hash, Hash(csv.Replace("\n", "\r\n", StringComparison.Ordinal)));
        Assert.NotEqual(hash, Hash(csv.Replace("9", "8", StringComparison.Ordinal)));
        Assert.NotEqual(hash, Hash(csv.Replace("a,b", "a,c", StringComparison.Ordinal)));
        Assert.NotEqual(hash, Hash(csv.Replace("z", "w", StringComparison.Ordinal)));
        Assert.NotEqual(hash, Hash(csv, spec => spec with { Scaling = ScalingSpec.None }));
        Assert.NotEqual(hash, Hash(csv, spec => spec with { Split = new SplitSpec.Rows(1) }));
        Assert.NotEqual(hash, Hash(csv, spec => spec with { FeatureShape = new Numerics.Shape(1, 2) }));
    }

    /// <summary>Any machine must find the same hash, or it is not let into the cluster. Worked out apart, from the definition.</summary>
    [Fact]
    public void ContentHash_OfIris_IsTheKnownOne()
    {
        using PreparedData data = PrepareIris(seed: 1);

        Assert.Equal("5481c0a22d201ca63e46d014b31ad8e198bf76ee2c81add2c6161959c42f6c35", data.ContentHash);
    }

    [Fact]
    public void Prepare_OtherSeed_SplitsOtherwise()
    {
        using PreparedData one = PrepareIris(seed: 1);
        using PreparedData two = PrepareIris(seed: 2);

        Assert.NotEqual(one.ContentHash, two.ContentHash);
        Assert.Equal(30, one.Test!.RowCount);
    }

    [Fact]
    public void Open_OfAFileWithOtherData_IsRefused()
    {
        using PreparedData prepared = PrepareIris(seed: 1);
        string path = Path.Combine(_folder.Path, "iris.data");
        prepared.Save(path);
        string other = new('0', 64);

        var failure = Assert.Throws<DataException>(() => PreparedData.Open(path, other));

        Assert.Contains(prepared.ContentHash, failure.Message, StringComparison.Ordinal);
        Assert.Contains(other, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfADamagedFile_IsRefusedWhereverItIsDamaged()
    {
        using PreparedData prepared = PrepareIris(seed: 1);
        string path = Path.Combine(_folder.Path, "iris.data");
        prepared.Save(path);
        byte[] good = File.ReadAllBytes(path);
        long padding = 0;
        for (int position = 0; position < good.Length; position += 7)
        {
            byte[] bad = [.. good];
            bad[position] ^= 0x10;
            _folder.Write("bad.data", bad);
            try
            {
                // Only the zeros that fill up to 64 bytes may differ unnoticed.
                PreparedData.Open(Path.Combine(_folder.Path, "bad.data"), null).Dispose();
                padding++;
                Assert.Equal(0, good[position]);
            }
            catch (DataException)
            {
            }
        }

        Assert.InRange(padding, 0, 64);
        for (int length = 0; length < good.Length; length += 101)
        {
            _folder.Write("short.data", good[..length]);
            Assert.Throws<DataException>(() => PreparedData.Open(Path.Combine(_folder.Path, "short.data"), null));
        }
    }

    [Fact]
    public void Validation_SetAside_LeavesTheTestPartAsItIsAndComesBackFromTheFile()
    {
        using PreparedData without = PrepareIris(seed: 1);
        using PreparedData with = PrepareIris(seed: 1, new SplitSpec.Fraction(0.1));
        with.Save(Path.Combine(_folder.Path, "iris.data"));
        using PreparedData opened = PreparedData.Open(Path.Combine(_folder.Path, "iris.data"), with.ContentHash);

        Assert.Null(without.Validation);
        Assert.Same(without.Test, without.Evaluated);
        Assert.Same(with.Validation, with.Evaluated);
        Assert.Equal((105, 15, 30), (opened.Train.RowCount, opened.Validation!.RowCount, opened.Test!.RowCount));
        Assert.Equal(with.Validation!.Features(3), opened.Validation.Features(3));
        Assert.Equal(without.Test!.Targets(), with.Test!.Targets());
        Assert.NotEqual(without.ContentHash, with.ContentHash);
    }

    [Fact]
    public void Validation_ThatLeavesNothingToTrain_IsRefused() => Assert.Contains(
        "leave none of the file's 150 for training",
        Assert.Throws<DataException>(() => PrepareIris(seed: 1, new SplitSpec.Rows(120))).Message, StringComparison.Ordinal);

    [Fact]
    public void Gather_AfterDispose_Throws()
    {
        PreparedData data = PrepareIris(seed: 1);
        DataSet train = data.Train;
        data.Dispose();

        Assert.Throws<ObjectDisposedException>(() => train.Features(0));
    }

    [Fact]
    public void Gather_OfARowThatDoesNotExist_Throws()
    {
        using PreparedData data = PrepareIris(seed: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => data.Train.Features(120));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Train.Features(-1));
        Assert.Throws<ArgumentException>(() => data.Train.GatherFeatures([0, 1], new float[7]));
    }

    [Fact]
    public void Gather_Allocates_Nothing()
    {
        using PreparedData data = PrepareIris(seed: 1);
        int[] rows = [5, 3, 8];
        float[] features = new float[3 * 4];
        float[] targets = new float[3];
        data.Train.GatherFeatures(rows, features);
        data.Train.GatherTargets(rows, targets);
        long before = GC.GetAllocatedBytesForCurrentThread();
        data.Train.GatherFeatures(rows, features);
        data.Train.GatherTargets(rows, targets);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    public void Dispose() => _folder.Dispose();

    private static PreparedData PrepareIris(ulong seed, SplitSpec? validation = null) => PreparedData.Prepare(
        new CsvDataSpec
        {
            File = "iris.csv",
            Labels = [Column("species")],
            Split = new SplitSpec.Fraction(0.2),
            Validation = validation ?? SplitSpec.None,
            Scaling = new ScalingSpec.Standardize(),
        },
        ExampleFolder("iris"), seed);

    private string Hash(string csv, Func<CsvDataSpec, CsvDataSpec>? change = null)
    {
        _folder.Write("hash.csv", csv);
        var spec = new CsvDataSpec
        {
            File = "hash.csv", Labels = [Column("y")], Scaling = new ScalingSpec.Standardize(),
        };
        using PreparedData data = PreparedData.Prepare(change?.Invoke(spec) ?? spec, _folder.Path, seed: 1);
        return data.ContentHash;
    }
}
