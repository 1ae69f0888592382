using System.Text;
using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

/// <summary>
/// Damaged files are refused by a <see cref="DataException"/> or read as what they have become; nothing else is thrown, and
/// no file makes a reader allocate far beyond its own size.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const int Cases = 1500;

    /// <summary>Buffers of the readers, plus what the small files hold.</summary>
    private const long AllocatedBytesMax = 2_000_000;

    private static readonly byte[] Csv = Encoding.UTF8.GetBytes(
        "first,second,third,label\n" + string.Concat(Enumerable.Range(0, 30).Select(
            row => FormattableString.Invariant($"{row},{row * 0.37},\"{row - 15}\",{(row % 3 == 0 ? "red" : "blue")}\n"))));

    private static readonly byte[] Idx = IdxFiles.Bytes([6, 2, 3], [.. Enumerable.Range(0, 36).Select(value => (byte)(value * 7))]);

    private static readonly byte[] IdxLabels = IdxFiles.Bytes([6], [0, 1, 2, 0, 1, 2]);

    private static readonly byte[] Npy = NpyFiles.Floats([6, 2], [.. Enumerable.Range(0, 12).Select(value => value * 0.5f)]);

    private static readonly byte[] NpyTargets = NpyFiles.Longs([6], [0, 1, 2, 0, 1, 2]);

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Csv_Damaged_IsReadOrRefused(bool gzip)
    {
        byte[] good = gzip ? GZipped.Of(Csv) : Csv;
        string name = gzip ? "data.csv.gz" : "data.csv";
        int refused = Fuzz(good, damaged => _folder.Write(name, damaged), random => new CsvDataSpec
        {
            File = name,
            Labels = [random.Next(2) == 0 ? Column("label") : Column(-1)],
            Header = (CsvHeader)random.Next(3),
            Targets = (TargetKind)random.Next(2),
            Missing = random.Next(2) == 0 ? MissingValues.Refuse : new MissingValues.FillMedian(),
            Scaling = random.Next(2) == 0 ? new ScalingSpec.Standardize() : new ScalingSpec.MinMax(),
            Split = random.Next(2) == 0 ? SplitSpec.None : new SplitSpec.Fraction(0.3),
            Categories = random.Next(2) == 0 ? [] : [Column(0)],
        });

        Assert.InRange(refused, Cases / 10, Cases);
    }

    [Theory]
    [InlineData("images")]
    [InlineData("labels")]
    public void Idx_Damaged_IsReadOrRefused(string damagedFile)
    {
        _folder.Write("images", Idx);
        _folder.Write("labels", IdxLabels);
        int refused = Fuzz(damagedFile == "images" ? Idx : IdxLabels, damaged => _folder.Write(damagedFile, damaged), random =>
            new IdxDataSpec
            {
                TrainImages = "images",
                TrainLabels = "labels",
                TestImages = null,
                TestLabels = null,
                Scaling = random.Next(2) == 0 ? new ScalingSpec.Standardize() : ScalingSpec.None,
                Missing = random.Next(2) == 0 ? MissingValues.Refuse : new MissingValues.FillMean(),
            });

        Assert.InRange(refused, Cases / 10, Cases);
    }

    [Theory]
    [InlineData("features.npy")]
    [InlineData("targets.npy")]
    public void Npy_Damaged_IsReadOrRefused(string damagedFile)
    {
        _folder.Write("features.npy", Npy);
        _folder.Write("targets.npy", NpyTargets);
        int refused = Fuzz(damagedFile == "features.npy" ? Npy : NpyTargets, damaged => _folder.Write(damagedFile, damaged), random =>
            new NpyDataSpec
            {
                Features = "features.npy",
                TargetsFile = "targets.npy",
                Targets = (TargetKind)random.Next(2),
                Scaling = random.Next(2) == 0 ? new ScalingSpec.Standardize() : ScalingSpec.None,
            });

        Assert.InRange(refused, Cases / 10, Cases);
    }

    [Fact]
    public void FeatureReader_OfDamagedInput_ReadsOrRefuses()
    {
        var schema = new FeatureSchema
        {
            FeatureShape = [2], FeatureNames = ["first", "second"], FilePositions = [0, 1], FileColumnCount = 4,
        };
        FeatureSchema withCategories = schema with { Categories = [new CategoryColumn("second", 1, ["1"])] };
        float[] buffer = new float[7 * 2];
        byte[][] good = [Csv, Npy, IdxFiles.Bytes([5, 2], new byte[10])];
        for (int seed = 0; seed < Cases * 2; seed++)
        {
            byte[] damaged = new Mutation(seed).Of(good[seed % good.Length]);
            Check(seed, () =>
            {
                using FeatureReader reader = FeatureReader.Open(new MemoryStream(damaged), "input", seed % 2 == 0 ? schema : withCategories);
                while (reader.Read(buffer) > 0)
                {
                }
            });
        }
    }

    [Fact]
    public void FeatureSchema_OfDamagedJson_IsReadOrRefused()
    {
        var schema = new FeatureSchema
        {
            FeatureShape = [2],
            FeatureNames = ["first", "second=a"],
            Categories = [new CategoryColumn("second", 1, ["a"])],
            ClassNames = ["a", "b"],
            Scaling = new FeatureScaling([1, 2], [3, 4]),
        };
        byte[] good = Encoding.UTF8.GetBytes(schema.ToJson());
        for (int seed = 0; seed < Cases; seed++)
        {
            string damaged = Encoding.UTF8.GetString(new Mutation(seed).Of(good));
            Check(seed, () => FeatureSchema.FromJson(damaged, "schema.json"));
        }
    }

    public void Dispose() => _folder.Dispose();

    private int Fuzz(byte[] good, Action<byte[]> write, Func<Random, DataSpec> spec)
    {
        int refused = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            write(new Mutation(seed).Of(good));
            DataSpec drawn = spec(new Random(seed));
            refused += Check(seed, () => PreparedData.Prepare(drawn, _folder.Path, (ulong)seed).Dispose()) ? 1 : 0;
        }

        return refused;
    }

    /// <returns>Whether it was refused.</returns>
    private static bool Check(int seed, Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool refused = false;
        try
        {
            action();
        }
        catch (DataException failure)
        {
            refused = true;
            Assert.DoesNotContain('\n', failure.Message);
        }
        catch (Exception failure)
        {
            Assert.Fail($"seed {seed}: {failure}");
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < AllocatedBytesMax, $"seed {seed} allocated {allocated:N0} bytes");
        return refused;
    }
}
