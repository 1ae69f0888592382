using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

public sealed class CsvPartReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a,b,y\n1,2,u\n3,4,v\n")]
    [InlineData("a,b,y\r\n1,2,u\r\n3,4,v\r\n")]
    [InlineData("\uFEFFa,b,y\n1,2,u\n3,4,v")]
    [InlineData("\n a , b ,y\n\n 1, 2 ,u \n3,4, v\n\n")]
    [InlineData("\"a\",\"b\",\"y\"\n\"1\",\"2\",\"u\"\n3.0,4e0,v\n")]
    public void Read_OfOneTableInManyWritings_IsTheSame(string csv)
    {
        using PreparedData data = Prepare(csv, "y");

        Assert.Equal([1, 2, 3, 4], data.Train.Features());
        Assert.Equal([0, 1], data.Train.Targets());
        Assert.Equal(["a", "b"], data.FeatureNames.ToArray());
        Assert.Equal(["u", "v"], data.ClassNames.ToArray());
    }

    [Fact]
    public void Read_WithoutHeader_TakesColumnsByIndex()
    {
        using PreparedData data = Prepare("1;2;7\n3;4;8\n", new CsvDataSpec
        {
            File = "", Labels = [Column(-1)], Features = [Column(1), Column(0)], Delimiter = ';',
        });

        Assert.Equal([2, 1, 4, 3], data.Train.Features());
        Assert.Empty(data.FeatureNames);
    }

    [Fact]
    public void Read_WithAHeaderOfNumbers_TakesTheUsersWord()
    {
        using PreparedData data = Prepare("0,1,2\n5,6,a\n7,8,b\n", new CsvDataSpec
        {
            File = "", Labels = [Column("2")], Header = CsvHeader.Yes,
        });

        Assert.Equal(2, data.Train.RowCount);
        Assert.Equal(["0", "1"], data.FeatureNames.ToArray());
    }

    [Fact]
    public void Read_WithSeveralLabels_GivesAllAsTargets()
    {
        using PreparedData data = Prepare("a,p,b,q\n1,2,3,4\n5,6,7,8\n", new CsvDataSpec
        {
            File = "", Labels = [Column("q"), Column("p")], Targets = TargetKind.Values,
        });

        Assert.Equal([4, 2, 8, 6], data.Train.Targets());
        Assert.Equal(2, data.Train.TargetWidth);
        Assert.Equal([1, 3, 5, 7], data.Train.Features());
    }

    [Fact]
    public void Read_WithIgnoredColumns_TakesTheOthersAsFeatures()
    {
        using PreparedData data = Prepare("id,a,time,b,y\nC1,1,2024-01-01,2,u\nC2,3,2024-01-02,4,v\n", new CsvDataSpec
        {
            File = "", Labels = [Column("y")], Ignore = [Column("time"), Column(0)],
        });

        Assert.Equal([1, 2, 3, 4], data.Train.Features());
        Assert.Equal(["a", "b"], data.FeatureNames.ToArray());
    }

    /// <remarks>Told one by one, a table of ten such columns would be refused ten times.</remarks>
    [Theory]
    [InlineData(
        "id,a,time,y\nC1,1,2024-01-01,u\n",
        "data.csv line 2: 2 columns hold no number: \"id\" (\"C1\"), \"time\" (\"2024-01-01\"); name those that hold "
        + "categories in data.categories, make numbers of the others, or leave them out: \"ignore\": [\"id\", \"time\"] in the data section")]
    [InlineData(
        "0,p,q,r,s,t,w,u\n",
        "data.csv line 1: 6 columns hold no number: 1 (from 0) (\"p\"), 2 (from 0) (\"q\"), 3 (from 0) (\"r\"), 4 (from 0) (\"s\"), "
        + "5 (from 0) (\"t\"), …; name those that hold categories in data.categories, make numbers of the others, or leave "
        + "them out: \"ignore\": [1, 2, 3, 4, 5, 6] in the data section")]
    public void Read_OfSeveralColumnsOfText_NamesThemAll(string csv, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Prepare(csv, new CsvDataSpec { File = "", Labels = [Column(-1)] }));

        AssertSays(expected, failure);
    }

    [Theory]
    [InlineData("10,9,1.5,-2", "-2,1.5,9,10")]
    [InlineData("b,a,B,10", "10,B,a,b")]
    [InlineData("1.0,1,2", "1,1.0,2")]
    public void ClassNames_AreSorted_ByValueWhereAllAreNumbers(string labels, string sorted)
    {
        using PreparedData data = Prepare("x,y\n" + string.Concat(labels.Split(',').Select(label => $"0,{label}\n")), "y");

        Assert.Equal(sorted.Split(','), data.ClassNames.ToArray());
        Assert.Equal(labels.Split(',').Select(label => (float)Array.IndexOf(sorted.Split(','), label)), data.Train.Targets());
    }

    [Fact]
    public void Read_OfATestFileWithOtherColumnOrder_MatchesByName()
    {
        _folder.Write("train.csv", "a,b,y\n1,2,u\n3,4,v\n");
        _folder.Write("test.csv", "y,b,a,extra\nv,6,5,0\n");
        using PreparedData data = PreparedData.Prepare(
            new CsvDataSpec { File = "train.csv", TestFile = "test.csv", Labels = [Column("y")] }, _folder.Path, seed: 1);

        Assert.Equal([5, 6], data.Test!.Features());
        Assert.Equal([1], data.Test!.Targets());
    }

    [Fact]
    public void Read_OfGZip_IsTheSameAsPlain()
    {
        string csv = "a,y\n1,u\n2,v\n";
        _folder.Write("data.csv.gz", GZipped.Of(csv));
        using PreparedData plain = Prepare(csv, "y");
        using PreparedData gzipped = PreparedData.Prepare(
            new CsvDataSpec { File = "data.csv.gz", Labels = [Column("y")] }, _folder.Path, seed: 1);

        Assert.Equal(plain.ContentHash, gzipped.ContentHash);
    }

    [Theory]
    [InlineData("", "data.csv is empty, expected rows of numbers")]
    [InlineData("\n\n", "data.csv is empty")]
    [InlineData("a,b,y\n", "data.csv has a header and no rows")]
    [InlineData("a,b,y\n1,2,u\n3,v\n", "data.csv line 3 has 2 fields, expected 3 as in line 1")]
    [InlineData("a,b,y\n1,2,u\n3,4,5,v\n", "data.csv line 3 has 4 fields, expected 3")]
    [InlineData("a,b,y\n1,two,u\n", "data.csv line 2, column \"b\": \"two\" is not a number; correct it, name the column in data.categories if it holds ")]
    [InlineData("a,b,y\n1,1.234,5,u\n", "data.csv line 2 has 4 fields, expected 3")]
    [InlineData("a,b,y\n1,\"1,5\",u\n", "data.csv line 2, column \"b\": \"1,5\" is not a number")]
    [InlineData("a,b,y\n1,,u\n", "data.csv line 2, column \"b\": the value is missing; fill it in, or set data.missing")]
    [InlineData("a,b,y\n1,NaN,u\n", "data.csv line 2, column \"b\": \"NaN\" stands for a missing value")]
    [InlineData("a,b,y\n1,-inf,u\n", "data.csv line 2, column \"b\": \"-inf\" is not a finite float32 number")]
    [InlineData("a,b,y\n1,1e39,u\n", "data.csv line 2, column \"b\": \"1e39\" is not a finite float32 number")]
    [InlineData("a,b,y\n1,2,\n", "data.csv line 2, column \"y\": the label is missing")]
    [InlineData("a,b,y\n1,2,u\n1,2,u\n", "data.csv line 2: every label of the training part is \"u\", expected at least two")]
    [InlineData("a,b,Y\n1,2,u\n", "data.csv has no column \"y\" that data.labels names; did you mean \"Y\"?")]
    [InlineData("a,b,c\n1,2,u\n", "data.csv has no column \"y\" that data.labels names; its columns are a, b, c")]
    [InlineData("1,2,u\n", "data.labels names column \"y\", but data.csv has no header")]
    [InlineData("a;b;y\n1;2;u\n", "data.csv has no column \"y\" that data.labels names; its columns are a;b;y, or set data.delimiter to \";\"")]
    [InlineData("a,y,y\n1,2,u\n", "data.csv line 1 has two columns \"y\"; rename one")]
    [InlineData("y\nu\n", "data.csv has no feature column beside the label")]
    [InlineData("a,b,y\0\n1,2,u\n", "data.csv line 1 is not UTF-8 text; save the file as UTF-8")]
    [InlineData("a,b,y\n1,\"2,u\n1,2,u\n", "data.csv line 2 is not valid CSV")]
    [InlineData("a,b,y\n1,\"2\"3,u\n", "data.csv line 2 is not valid CSV")]
    public void Read_OfABrokenFile_SaysWhatAndWhere(string csv, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Prepare(csv, "y"));

        AssertSays(expected, failure);
    }

    /// <remarks>Read as UTF-8 with replacement characters, both labels would be one class.</remarks>
    [Fact]
    public void Read_OfLabelsInAnotherEncoding_IsRefused()
    {
        _folder.Write("data.csv", System.Text.Encoding.Latin1.GetBytes("a,y\n1,caf\u00e8\n2,caf\u00e9\n"));

        var failure = Assert.Throws<DataException>(
            () => PreparedData.Prepare(new CsvDataSpec { File = "data.csv", Labels = [Column("y")] }, _folder.Path, seed: 1));

        AssertSays("data.csv line 2 is not UTF-8 text; save the file as UTF-8", failure);
    }

    [Fact]
    public void Read_OfAGZipFileUnderAnotherName_SaysWhatItIs()
    {
        _folder.Write("data.csv", GZipped.Of("a,y\n1,u\n2,v\n"));

        var failure = Assert.Throws<DataException>(
            () => PreparedData.Prepare(new CsvDataSpec { File = "data.csv", Labels = [Column("y")] }, _folder.Path, seed: 1));

        AssertSays("is not UTF-8 text; it is gzipped, give it a name that ends in .gz", failure);
    }

    [Theory]
    [InlineData("x", "line 2, column \"v\": \"x\" is not a number; correct it, or set data.targets to \"classes\"")]
    [InlineData("", "line 2, column \"v\": the target value is missing")]
    [InlineData("nan", "line 2, column \"v\": the target value is missing")]
    [InlineData("Infinity", "line 2, column \"v\": \"Infinity\" is not a finite float32 number")]
    public void Read_OfABrokenTargetValue_SaysWhatAndWhere(string value, string expected)
    {
        var spec = new CsvDataSpec { File = "", Labels = [Column("v")], Targets = TargetKind.Values };

        var failure = Assert.Throws<DataException>(() => Prepare($"a,v\n1,{value}\n", spec));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<CsvDataSpec, string> BadSpecs => new()
    {
        { new() { File = "", Labels = [] }, "data.labels names no column" },
        { new() { File = "", Labels = [Column(0), Column(1)] }, "data.labels names 2 columns, expected one for classes" },
        { new() { File = "", Labels = [Column(3)] }, "data.labels names column 3, but data.csv has 3 columns, 0 to 2" },
        { new() { File = "", Labels = [Column(-4)] }, "data.labels names column -4" },
        { new() { File = "", Labels = [Column(2)], Features = [Column("y")] }, "column \"y\" is named twice" },
        { new() { File = "", Labels = [Column(2)], Features = [Column(0), Column("a")] }, "column \"a\" is named twice" },
        { new() { File = "", Labels = [Column(2)], Ignore = [Column("y")] }, "data.ignore and data.labels both name \"y\"; take it out" },
        { new() { File = "", Labels = [Column(2)], Ignore = [Column("c")] }, "has no column \"c\" that data.ignore names" },
        { new() { File = "", Labels = [Column(2)], Ignore = [Column(0), Column(1)] }, "has no feature column beside the label" },
        { new() { File = "", Labels = [Column(2)], Delimiter = 'é' }, "data.delimiter is 'é'" },
        { new() { File = "", Labels = [Column(2)], FeatureShape = new Numerics.Shape(3) }, "data.shape (3) has 3 numbers, but a sample has 2" },
        { new() { File = "", Labels = [Column(2)], Split = new SplitSpec.Rows(3) }, "data.testRows is 3, expected 1 to 2" },
        { new() { File = "", Labels = [Column(2)], Split = new SplitSpec.Fraction(1) }, "data.testFraction is 1, expected" },
        { new() { File = "", Labels = [Column(2)], Scaling = new ScalingSpec.DivideBy(0) }, "data.scaling divides by 0" },
        {
            new() { File = "", Labels = [Column(2)], TestFile = "data.csv", Split = new SplitSpec.Rows(1) },
            "a test part of its own and a split as well"
        },
        { new() { File = "", Labels = [Column(2)], TestFile = "missing.csv" }, "missing.csv does not exist" },
        { new() { File = "", Labels = [Column(2)], TestFile = "." }, "is a folder, expected a data file" },
    };

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public void Prepare_OfABadSpec_SaysWhat(CsvDataSpec spec, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Prepare("a,b,y\n1,2,u\n3,4,v\n5,6,u\n", spec));

        AssertSays(expected, failure);
    }

    [Fact]
    public void Read_OfALabelOnlyInTheTestFile_NamesItsLine()
    {
        _folder.Write("train.csv", "a,y\n1,u\n2,v\n");
        _folder.Write("test.csv", "a,y\n1,u\n2,w\n");
        var spec = new CsvDataSpec { File = "train.csv", TestFile = "test.csv", Labels = [Column("y")] };

        var failure = Assert.Throws<DataException>(() => PreparedData.Prepare(spec, _folder.Path, seed: 1));

        AssertSays(
            "test.csv line 3, column \"y\": the label \"w\" does not occur in the training part (u, v)", failure);
    }

    [Theory]
    [InlineData("test")]
    [InlineData("validation")]
    public void Read_OfALabelWhoseRowsAreAllSetAside_SaysSo(string part)
    {
        _folder.Write("train.csv", "a,y\n1,u\n2,v\n3,u\n4,v\n5,rare\n6,u\n7,v\n8,u\n9,v\n");
        var some = new SplitSpec.Rows(3);
        var spec = new CsvDataSpec
        {
            File = "train.csv", Labels = [Column("y")],
            Split = part == "test" ? some : SplitSpec.None, Validation = part == "validation" ? some : SplitSpec.None,
        };
        string?[] messages = [.. Enumerable.Range(0, 20).Select(seed => Failure(spec, (ulong)seed)).Distinct()];

        Assert.Equal(
            [
                null,
                $"train.csv line 6, column \"y\": all rows with the label \"rare\" were set aside, and none is left in the "
                + "training part (u, v); take so rare a label out, set fewer rows aside, or keep one for training with data.stratify",
            ],
            messages.Select(message => message?[message.IndexOf("train.csv", StringComparison.Ordinal)..]).Order());
    }

    /// <remarks>Who wants a regression and forgot to say so reads this message first.</remarks>
    [Fact]
    public void Read_OfAnAmountOnlyInTheTestFile_SpeaksOfValues()
    {
        _folder.Write("train.csv", "a,y\n1,81.5\n2,90.25\n");
        _folder.Write("test.csv", "a,y\n1,84\n");
        var spec = new CsvDataSpec { File = "train.csv", TestFile = "test.csv", Labels = [Column("y")] };

        var failure = Assert.Throws<DataException>(() => PreparedData.Prepare(spec, _folder.Path, seed: 1));

        Assert.EndsWith(
            "or set data.targets to \"values\" if the labels are amounts and not classes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,u\n", "test.csv has 2 columns without a header, expected 2 with one")]
    [InlineData("b,y\n1,u\n", "test.csv has no column \"a\" that the training file names")]
    public void Read_OfATestFileWithOtherColumns_SaysSo(string test, string expected)
    {
        _folder.Write("train.csv", "a,y\n1,u\n2,v\n");
        _folder.Write("test.csv", test);
        var spec = new CsvDataSpec { File = "train.csv", TestFile = "test.csv", Labels = [Column("y")] };

        AssertSays(expected, Assert.Throws<DataException>(() => PreparedData.Prepare(spec, _folder.Path, seed: 1)));
    }

    [Fact]
    public void Read_OfACutOffGZip_IsAnError_NotFewerRows()
    {
        string csv = "a,y\n" + string.Concat(Enumerable.Range(0, 5000).Select(row => $"{row * 7919 % 4999},{row % 3}\n"));
        byte[] whole = GZipped.Of(csv);
        var spec = new CsvDataSpec { File = "cut.csv.gz", Labels = [Column("y")] };
        for (int length = 0; length < whole.Length; length += 97)
        {
            _folder.Write("cut.csv.gz", whole[..length]);

            Assert.Throws<DataException>(() => PreparedData.Prepare(spec, _folder.Path, seed: 1));
        }
    }

    [Fact]
    public void Read_OfAnUnclosedQuote_TakesBoundedMemory()
    {
        using var endless = new MemoryStream([.. "a,y\n1,\""u8, .. new byte[100_000_000]]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var schema = new FeatureSchema { FeatureShape = [1], FeatureNames = ["a"] };
        using FeatureReader reader = FeatureReader.Open(endless, "input", schema);

        var failure = Assert.Throws<DataException>(() => reader.Read(new float[10]));

        Assert.StartsWith("input line 2 is not valid CSV", failure.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    public void Dispose() => _folder.Dispose();

    private string? Failure(CsvDataSpec spec, ulong seed)
    {
        try
        {
            PreparedData.Prepare(spec, _folder.Path, seed).Dispose();
            return null;
        }
        catch (DataException failure)
        {
            return failure.Message;
        }
    }

    private PreparedData Prepare(string csv, string label) =>
        Prepare(csv, new CsvDataSpec { File = "", Labels = [Column(label)] });

    private PreparedData Prepare(string csv, CsvDataSpec spec)
    {
        _folder.Write("data.csv", csv);
        return PreparedData.Prepare(spec with { File = "data.csv" }, _folder.Path, seed: 1);
    }

    private void AssertSays(string expected, DataException failure) => Assert.Contains(
        expected, failure.Message.Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal),
        StringComparison.Ordinal);
}
