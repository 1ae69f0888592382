using System.Text;
using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

/// <summary>Columns of categories, from the CSV file to the features of training, evaluation and prediction.</summary>
public sealed class CategoryTests : IDisposable
{
    private const string Training = "size,city,y\n1,Köln,u\n2,\"Paris, TX\",v\n4,Berlin,u\n5,Köln,v\n";

    private static readonly MissingValues.FillNumber FillZero = new(0);

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(Training)]
    [InlineData("\uFEFF" + Training)]
    [InlineData("size;city;y\r\n1;\"Köln\";u\r\n2;Paris, TX;v\r\n4; \"Berlin\" ;u\r\n5;Köln ;v\r\n")]
    public void Prepare_OfCategories_GivesOneFeatureForEachValueInOrdinalOrder(string csv)
    {
        using PreparedData data = Prepare(csv, Spec() with
        {
            Delimiter = csv.Contains(';', StringComparison.Ordinal) ? ';' : ',',
        });

        Assert.Equal(["size", "city=Berlin", "city=Köln", "city=Paris, TX"], data.FeatureNames.ToArray());
        Assert.Equal([1, 0, 1, 0, 2, 0, 0, 1, 4, 1, 0, 0, 5, 0, 1, 0], data.Train.Features());
        CategoryColumn category = Assert.Single(data.Schema.Categories);
        Assert.Equal(("city", 1), (category.Name, category.FirstFeature));
        Assert.Equal(["Berlin", "Köln", "Paris, TX"], category.Values.ToArray());
    }

    /// <remarks>Neither by number ("10" after "9") nor by culture ("a" before "B").</remarks>
    [Fact]
    public void Prepare_OfCategoriesWithoutHeader_TakesNumbersAsTextToo()
    {
        using PreparedData data = Prepare("9,a,1\n10,B,0\n9.0,a,1\n", new CsvDataSpec
        {
            File = "", Labels = [Column(-1)], Categories = [Column(1), Column(0)],
        });

        Assert.Equal(["10", "9", "9.0"], data.Schema.Categories[0].Values.ToArray());
        Assert.Equal(["B", "a"], data.Schema.Categories[1].Values.ToArray());
        Assert.Equal([0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1], data.Train.Features());
        Assert.Empty(data.FeatureNames);
    }

    [Fact]
    public void Prepare_WithFeaturesInAnotherOrder_PutsValuesInTheColumnsPlace()
    {
        using PreparedData data = Prepare(Training, Spec() with { Features = [Column("city"), Column("size")] });

        Assert.Equal([0, 1, 0, 1], data.Train.Features(0));
        Assert.Equal(0, data.Schema.Categories[0].FirstFeature);
    }

    [Fact]
    public void Prepare_OfAValueThatOnlyTheTestPartHas_GivesZeros()
    {
        _folder.Write("train.csv", Training);
        _folder.Write("test.csv", "y,note,city,size\nu,x,Rom,7\nv,x,Köln,8\n");
        using PreparedData data = PreparedData.Prepare(
            Spec() with { File = "train.csv", TestFile = "test.csv" }, _folder.Path, seed: 1);

        Assert.Equal([7, 0, 0, 0, 8, 0, 1, 0], data.Test!.Features());
    }

    [Fact]
    public void Prepare_OfAValueWhoseRowsAreAllSetAside_MakesNoFeatureOfIt()
    {
        string csv = "city,y\n" + string.Concat(Enumerable.Range(0, 10).Select(row => $"c{row},{row % 2}\n"));
        using PreparedData data = Prepare(csv, Spec() with { Split = new SplitSpec.Rows(2), Validation = new SplitSpec.Rows(1) });

        Assert.Equal(7, data.Schema.Categories[0].Values.Length);
        Assert.All(Enumerable.Range(0, 7), row => Assert.Equal(1, data.Train.Features(row).Sum()));
        Assert.All(data.Test!.Features(), value => Assert.Equal(0, value));
        Assert.All(data.Validation!.Features(), value => Assert.Equal(0, value));
    }

    public static TheoryData<MissingValues, float[]> Fills => new()
    {
        { new MissingValues.FillMean(), [0.25f, 0.75f] },
        { new MissingValues.FillMedian(), [0, 1] },
        { FillZero, [0, 0] },
        { new MissingValues.FillNumber(0.5f), [0.5f, 0.5f] },
    };

    [Theory]
    [MemberData(nameof(Fills))]
    public void Prepare_OfMissingCategories_FillsEachValuesFeature(MissingValues missing, float[] expected)
    {
        using PreparedData data = Prepare("city,y\nb,0\n,1\nb,0\na,1\nb,1\nNA,1\n", Spec() with { Missing = missing });

        Assert.Equal(expected, data.Train.Features(1));
        Assert.Equal(expected, data.Train.Features(5));
        Assert.Equal([0, 1], data.Train.Features(4));
        Assert.Equal(["a", "b"], data.Schema.Categories[0].Values.ToArray());
    }

    public static TheoryData<ScalingSpec> Scalings =>
        [new ScalingSpec.Standardize(), new ScalingSpec.MinMax(), new ScalingSpec.DivideBy(255)];

    [Theory]
    [MemberData(nameof(Scalings))]
    public void Scaling_OfCategories_LeavesThemAsTheyAre(ScalingSpec scaling)
    {
        using PreparedData data = Prepare(Training, Spec() with { Scaling = scaling });

        Assert.Equal([0, 1, 0], data.Train.Features(0)[1..]);
        Assert.Equal([0, 0, 0], data.Scaling.Offset.Skip(1));
        Assert.Equal([1, 1, 1], data.Scaling.Factor.Skip(1));
        Assert.NotEqual(1, data.Train.Features(0)[0]);
    }

    [Theory]
    [InlineData("city,size\nKöln,3\nRom,4\n,5\n")]
    [InlineData("y,size,id,city\nv,3,7,Köln\nv,4,8,Rom\nu,5,9,NA\n")]
    [InlineData("3,Köln\n4,Rom\n5,?\n")]
    [InlineData("3,Köln,u\n4,Rom,u\n5,null,u\n")]
    public void FeatureReader_OfCategories_MatchesColumns_AndGivesZerosForAnUnseenValue(string csv)
    {
        using PreparedData data = Prepare(Training, Spec() with { Missing = new MissingValues.FillMean() });
        using FeatureReader reader = FeatureReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "input", data.Schema);
        float[] rows = new float[5 * 4];

        Assert.Equal(3, reader.Read(rows));
        Assert.Equal([3, 0, 1, 0, 4, 0, 0, 0, 5, 0.25f, 0.5f, 0.25f], rows[..12]);
    }

    [Theory]
    [InlineData("size,town\n1,Köln\n", "input has no column \"city\" that the model names; its columns are size, town")]
    [InlineData("size,city\n1,\n", "input line 2, column \"city\": the value is missing; fill it in, or train with data.missing")]
    [InlineData("size,city\nx,Köln\n", "input line 2, column \"size\": \"x\" is not a number; correct it")]
    [InlineData("size,city\n1e39,Köln\n", "input line 2, column \"size\": \"1e39\" is not a finite float32 number; correct it")]
    [InlineData("1,2,3,4\n", "input has 4 columns and no header, expected the model's 2 feature columns, or the training file's 3 columns")]
    public void FeatureReader_OfBadInput_SaysWhat(string csv, string expected)
    {
        using PreparedData data = Prepare(Training, Spec());
        var failure = Assert.Throws<DataException>(() =>
        {
            using FeatureReader reader = FeatureReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "input", data.Schema);
            reader.Read(new float[4]);
        });

        Assert.StartsWith(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,y,city,size\n7,v,Rom,3\n8,u,Berlin,4\n")]
    [InlineData("3,Rom,v\n4,Berlin,u\n")]
    public void PrepareLike_OfCategories_TakesTheModelsValues(string csv)
    {
        using PreparedData data = Prepare(Training, Spec());
        _folder.Write("other.csv", csv);
        CsvDataSpec spec = Spec() with { File = "other.csv", Labels = [Column(-1)], Categories = [Column(1)] };

        using PreparedData other = PreparedData.PrepareLike(data.Schema, spec, _folder.Path);

        Assert.Equal([3, 0, 0, 0, 4, 1, 0, 0], other.Train.Features());
    }

    [Fact]
    public void PrepareLike_OfAFileThatIsNoTraining_GivesNoAdviceOnTheRunFile()
    {
        using PreparedData data = Prepare(Training, Spec());
        _folder.Write("other.csv", "size,city,y\nhuge,Köln,u\n");

        var failure = Assert.Throws<DataException>(
            () => PreparedData.PrepareLike(data.Schema, Spec() with { File = "other.csv" }, _folder.Path));

        Assert.EndsWith("line 2, column \"size\": \"huge\" is not a number; correct it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PrepareLike_WithoutHeaderAndWithOtherCategories_SaysSo()
    {
        using PreparedData data = Prepare(Training, Spec());
        _folder.Write("other.csv", "3,4,v\n");
        CsvDataSpec spec = Spec() with { File = "other.csv", Labels = [Column(-1)], Categories = [] };

        var failure = Assert.Throws<DataException>(() => PreparedData.PrepareLike(data.Schema, spec, _folder.Path));

        Assert.Contains("other columns of categories than the model", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetCategory_OfARow_GivesWhatTheReaderGives()
    {
        using PreparedData data = Prepare(Training, Spec() with { Missing = new MissingValues.FillMean() });
        float[] row = [3, 9, 9, 9];

        data.Schema.SetCategory(row, "city", "Köln");
        Assert.Equal([3, 0, 1, 0], row);
        data.Schema.SetCategory(row, "city", "Rom");
        Assert.Equal([3, 0, 0, 0], row);
        data.Schema.SetCategory(row, "city", null);
        data.Schema.Prepare(row);
        Assert.Equal([3, 0.25f, 0.5f, 0.25f], row);
        Assert.Throws<ArgumentException>(() => data.Schema.SetCategory(row, "size", "1"));
        Assert.Throws<ArgumentException>(() => data.Schema.SetCategory(new float[3], "city", "Rom"));
    }

    [Fact]
    public void Schema_OfCategories_ComesBackFromJsonAndFromThePreparedFile()
    {
        using PreparedData data = Prepare(Training, Spec());
        data.Save(_folder["categories.data"]);
        using PreparedData opened = PreparedData.Open(_folder["categories.data"], data.ContentHash);
        FeatureSchema back = FeatureSchema.FromJson(data.Schema.ToJson(), "schema.json");

        Assert.Contains("\"categories\"", data.Schema.ToJson(), StringComparison.Ordinal);
        Assert.Equal(data.Schema.ToJson(), back.ToJson());
        Assert.Equal(data.Schema.ToJson(), opened.Schema.ToJson());
        Assert.Equal(data.Train.Features(), opened.Train.Features());
    }

    [Fact]
    public void Open_OfADamagedFileWithCategories_IsRefused()
    {
        using PreparedData data = Prepare(Training, Spec());
        data.Save(_folder["good.data"]);
        byte[] good = File.ReadAllBytes(_folder["good.data"]);
        int afterHead = good.AsSpan().IndexOf("Paris"u8);
        for (int position = 0; position < afterHead; position++)
        {
            byte[] bad = [.. good];
            bad[position] ^= 0x15;
            _folder.Write("bad.data", bad);

            // The zeros behind the hash fill up to 64 bytes, and mean nothing.
            if (Record.Exception(() => PreparedData.Open(_folder["bad.data"], null).Dispose()) is { } failure)
            {
                Assert.IsType<DataException>(failure);
            }
            else
            {
                Assert.Equal(0, good[position]);
            }
        }
    }

    /// <remarks>Descriptions that were written before there were categories have no such list.</remarks>
    [Fact]
    public void Schema_WithoutCategories_DoesNotMentionThem()
    {
        using PreparedData data = Prepare("a,y\n1,u\n2,v\n", Spec() with { Categories = [] });

        Assert.DoesNotContain("categories", data.Schema.ToJson(), StringComparison.Ordinal);
        Assert.Empty(FeatureSchema.FromJson(data.Schema.ToJson(), "schema.json").Categories);
        Assert.Equal("84a69d50fedf50a2feb3c10b840374ab61d3a4c0bf7aff11c5343fdf075d75a6", data.ContentHash);
    }

    /// <remarks>The features alike, only the names of their values differ: what a model learnt of one is not for the other.</remarks>
    [Fact]
    public void ContentHash_OfOtherValues_IsAnother()
    {
        using PreparedData one = Prepare("1,a,u\n2,b,v\n", Positions);
        using PreparedData two = Prepare("1,a,u\n2,c,v\n", Positions);

        Assert.Equal(one.Train.Features(), two.Train.Features());
        Assert.NotEqual(one.ContentHash, two.ContentHash);
    }

    [Theory]
    [InlineData("""[{"name":"c","firstFeature":0,"values":["a","b","c"]}]""")]
    [InlineData("""[{"name":"c","firstFeature":-1,"values":["a","b"]}]""")]
    [InlineData("""[{"name":"c","firstFeature":2147483647,"values":["a","b"]}]""")]
    [InlineData("""[{"name":"c","firstFeature":0,"values":["b","a"]}]""")]
    [InlineData("""[{"name":"c","firstFeature":0,"values":["a","a"]}]""")]
    [InlineData("""[{"name":"c","firstFeature":0,"values":["a",null]}]""")]
    [InlineData("""[{"name":"c","firstFeature":0,"values":[]}]""")]
    [InlineData("""[{"name":"c","firstFeature":0}]""")]
    [InlineData("""[{"name":null,"firstFeature":0,"values":["a"]}]""")]
    [InlineData("""[{"name":"c","firstFeature":1,"values":["a"]},{"name":"d","firstFeature":0,"values":["a"]}]""")]
    [InlineData("[null]")]
    public void FromJson_OfDamagedCategories_IsRefused(string categories)
    {
        string json = new FeatureSchema { FeatureShape = [2], Categories = [new CategoryColumn("c", 0, ["a", "b"])] }.ToJson();
        int start = json.IndexOf("\"categories\": [", StringComparison.Ordinal) + "\"categories\": ".Length;
        int end = json.IndexOf("\"filePositions\"", StringComparison.Ordinal);

        Assert.Throws<DataException>(
            () => FeatureSchema.FromJson($"{json[..start]}{categories},{json[end..]}", "schema.json"));
    }

    public static TheoryData<CsvDataSpec, string> BadSpecs => new()
    {
        { Spec() with { Categories = [Column("y")] }, "data.categories and data.labels both name \"y\"; take it out of one" },
        { Spec() with { Ignore = [Column("city")] }, "data.categories and data.ignore both name \"city\"; take it out of one" },
        { Spec() with { Categories = [Column("city"), Column(1)] }, "data.categories names \"city\" twice; name it once" },
        { Spec() with { Categories = [Column("town")] }, "has no column \"town\" that data.categories names" },
        { Spec() with { Categories = [Column(3)] }, "data.categories names column 3, but data.csv has 3 columns, 0 to 2" },
        {
            Spec() with { Features = [Column("size")] },
            "data.categories names \"city\", which data.features does not; name it there too"
        },
        { Spec() with { FeatureShape = new Numerics.Shape(2) }, "data.shape (2) has 2 numbers, but a sample has 4" },
    };

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public void Prepare_OfABadSpec_SaysWhat(CsvDataSpec spec, string expected) => AssertSays(expected, Training, spec);

    [Theory]
    [InlineData("size,city,y\n1,,u\n2,Köln,v\n", "data.csv line 2, column \"city\": the value is missing; fill it in, or set data.missing")]
    [InlineData("size,city,y\nbig,Köln,u\n", "column \"size\": \"big\" is not a number; correct it, name the column in data.categories if")]
    public void Prepare_OfABadFile_SaysWhat(string csv, string expected) => AssertSays(expected, csv, Spec());

    [Fact]
    public void Prepare_OfCategoriesThatAreAllMissing_SaysSo() => AssertSays(
        "data.categories names column \"city\", which has no value in the training part; leave it out with data.ignore",
        "size,city,y\n1,,u\n2,NA,v\n", Spec() with { Missing = FillZero });

    [Fact]
    public void Prepare_OfMoreValuesThanCategoriesTake_SaysSo()
    {
        string Rows(int count) => "city,y\n" + string.Concat(Enumerable.Range(0, count).Select(row => $"c{row},{row % 2}\n"));

        using PreparedData data = Prepare(Rows(1000), Spec());
        Assert.Equal(1000, data.Train.FeatureShape.Size);
        AssertSays(
            "data.csv line 1002, column \"city\": more than 1,000 different values, which is more than data.categories takes; leave "
            + "the column out with data.ignore, or take it out of data.categories if it holds numbers",
            Rows(1001), Spec());
    }

    [Fact]
    public void Prepare_OfCategoriesInAnotherEncoding_IsRefused()
    {
        _folder.Write("data.csv", Encoding.Latin1.GetBytes("city,y\ncaf\u00e8,u\ncaf\u00e9,v\n"));

        var failure = Assert.Throws<DataException>(
            () => PreparedData.Prepare(Spec() with { File = "data.csv" }, _folder.Path, seed: 1));

        Assert.Contains("line 2 is not UTF-8 text", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static readonly CsvDataSpec Positions = new() { File = "", Labels = [Column(-1)], Categories = [Column(1)] };

    private static CsvDataSpec Spec() => new() { File = "", Labels = [Column("y")], Categories = [Column("city")] };

    private void AssertSays(string expected, string csv, CsvDataSpec spec)
    {
        var failure = Assert.Throws<DataException>(() => Prepare(csv, spec));

        Assert.Contains(
            expected, failure.Message.Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    private PreparedData Prepare(string csv, CsvDataSpec spec)
    {
        _folder.Write("data.csv", csv);
        return PreparedData.Prepare(spec with { File = "data.csv" }, _folder.Path, seed: 1);
    }
}
