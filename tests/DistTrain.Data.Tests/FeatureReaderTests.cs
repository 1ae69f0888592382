using System.Text;
using static DistTrain.Data.Tests.DataSets;

namespace DistTrain.Data.Tests;

public sealed class FeatureReaderTests : IDisposable
{
    private const string Training = "a,b,y\n1,10,x\n2,,z\n4,30,x\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_OfTheTrainingFile_GivesTheTrainingFeatures()
    {
        var spec = new CsvDataSpec
        {
            File = "breast-cancer.csv", Labels = [Column("diagnosis")], Scaling = new ScalingSpec.Standardize(),
        };
        string folder = ExampleFolder("breast-cancer");
        using PreparedData data = PreparedData.Prepare(spec, folder, seed: 1);

        using FeatureReader reader = FeatureReader.Open(Path.Combine(folder, "breast-cancer.csv"), data.Schema);
        var rows = new List<float>();
        float[] buffer = new float[(100 * 30) + 7];
        for (int count = reader.Read(buffer); count > 0; count = reader.Read(buffer))
        {
            rows.AddRange(buffer[..(count * 30)]);
        }

        Assert.Equal(569, reader.RowCount);
        Assert.Equal(data.Train.Features(), rows);
    }

    [Theory]
    [InlineData("a,b\n1,10\n2,NA\n")]
    [InlineData("b,a\n10,1\n,2\n")]
    [InlineData("y,note,b,a\nx,hello,10,1\nz,,?,2\n")]
    [InlineData("1,10\n2,\n")]
    [InlineData("1,10,x\n2,,z\n")]
    [InlineData("\uFEFFa,b\r\n1,10\r\n2,\r\n")]
    public void Read_OfAStream_MatchesColumns_AndFills(string csv)
    {
        Assert.Equal([0f, 0f, 1f / 3f, 0.5f], Read(csv));
    }

    [Fact]
    public void Read_OfColumnsWithOneName_TakesThemWhereTheTrainingFileHadThem()
    {
        _folder.Write("twins.csv", "a,y,a\n1,x,2\n3,z,4\n");
        using PreparedData data = PreparedData.Prepare(
            new CsvDataSpec { File = "twins.csv", TestFile = "twins.csv", Labels = [Column("y")] }, _folder.Path, seed: 1);
        Assert.Equal(data.Train.Features(), data.Test!.Features());

        using FeatureReader reader = FeatureReader.Open(Path.Combine(_folder.Path, "twins.csv"), data.Schema);
        float[] row = new float[4];

        Assert.Equal(2, reader.Read(row));
        Assert.Equal([1f, 2f, 3f, 4f], row);
    }

    [Theory]
    [InlineData("a,c\n1,2\n", "input has no column \"b\" that the model names; its columns are a, c")]
    [InlineData("a,B\n1,2\n", "input has no column \"b\" that the model names; did you mean \"B\"?")]
    [InlineData("1,2,3,4\n", "input has 4 columns and no header, expected the model's 2 feature columns")]
    [InlineData("a,b\n1,2\n3,x\n", "input line 3, column \"b\": \"x\" is not a number; correct it")]
    [InlineData("a,b\ny,x\n", "input line 2, column \"a\": \"y\" is not a number; correct it")]
    [InlineData("a,b\n1,2\n3\n", "input line 3 has 1 field, expected 2 as in line 1")]
    [InlineData("a,b\n1,inf\n", "input line 2, column \"b\": \"inf\" is not a finite float32 number")]
    [InlineData("", "input is empty")]
    public void Read_OfBadInput_NamesTheLine(string csv, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Read(csv));

        Assert.StartsWith(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("data.ignore", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfNpy_GivesItsRows()
    {
        byte[] npy = NpyFiles.Floats([2, 2], [1, 10, 2, float.NaN]);

        Assert.Equal([0f, 0f, 1f / 3f, 0.5f], Read(npy));
    }

    [Fact]
    public void Read_OfNpyOfAnotherWidth_NamesBothShapes()
    {
        var failure = Assert.Throws<DataException>(() => Read(NpyFiles.Floats([2, 3], new float[6])));

        Assert.Contains("3 numbers a row, expected 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfGzippedStandardInput_SaysSo()
    {
        var failure = Assert.Throws<DataException>(() => Read(GZipped.Of("a,b\n1,2\n")));

        Assert.Contains("gzipped", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_OfARow_GivesWhatTheReaderGives()
    {
        float[] row = [2, float.NaN];
        Schema().Prepare(row);

        Assert.Equal(Read("a,b\n2,\n"), row);
    }

    [Fact]
    public void Prepare_OfARowThatCannotBeUsed_SaysWhy()
    {
        FeatureSchema withoutFill = Schema() with { Fill = [] };

        Assert.Contains("\"b\" is missing", Assert.Throws<DataException>(() => withoutFill.Prepare([1, float.NaN])).Message, StringComparison.Ordinal);
        Assert.Contains("\"a\" is not finite", Assert.Throws<DataException>(() => Schema().Prepare([float.PositiveInfinity, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Schema().Prepare([1, 2, 3]));
    }

    [Fact]
    public void FromJson_OfToJson_IsTheSame()
    {
        FeatureSchema schema = Schema();
        string json = schema.ToJson();
        FeatureSchema back = FeatureSchema.FromJson(json, "schema.json");

        Assert.Equal(json, back.ToJson());
        Assert.Equal(schema.Scaling, back.Scaling);
        Assert.Equal(schema.FeatureNames.ToArray(), back.FeatureNames.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"featureShape\":null}")]
    [InlineData("{\"featureShape\":[0]}")]
    [InlineData("{\"featureShape\":[2],\"fill\":[1]}")]
    [InlineData("""{"featureShape":[2],"filePositions":[-1,0],"fileColumnCount":3}""")]
    [InlineData("""{"featureShape":[2],"filePositions":[0,3],"fileColumnCount":3}""")]
    [InlineData("""{"featureShape":[2],"featureNames":["a",null]}""")]
    [InlineData("{\"featureShape\":[2],\"other\":1}")]
    public void FromJson_OfSomethingElse_IsRefused(string json) =>
        Assert.Throws<DataException>(() => FeatureSchema.FromJson(json, "schema.json"));

    [Fact]
    public void Read_OfManyRows_TakesBoundedMemory()
    {
        var endless = new RepeatingStream("a,b\n"u8.ToArray(), "1.25,10.5\n"u8.ToArray(), repeats: 300_000);
        using FeatureReader reader = FeatureReader.Open(endless, "input", Schema());
        float[] buffer = new float[512 * 2];
        reader.Read(buffer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (reader.Read(buffer) > 0)
        {
        }

        Assert.Equal(300_000, reader.RowCount);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void PrepareLike_OfOtherRows_UsesTheModelsScalingAndClasses()
    {
        _folder.Write("other.csv", "a,b,y\n7,50,z\n");
        var spec = new CsvDataSpec { File = "other.csv", Labels = [Column("y")] };
        using PreparedData data = PreparedData.PrepareLike(Schema(), spec, _folder.Path);

        Assert.Equal([2f, 2f], data.Train.Features());
        Assert.Equal([1f], data.Train.Targets());
        Assert.Equal(["x", "z"], data.ClassNames.ToArray());
    }

    [Theory]
    [InlineData("a,b,y\n4,30,z\n1,10,x\n")]
    [InlineData("y,b,a\nz,30,4\nx,10,1\n")]
    [InlineData("id,a,note,y,b\n1,4,hello,z,30\n2,1,NA,x,10\n")]
    public void PrepareLike_OfColumnsInAnyOrder_MatchesThemByName(string csv)
    {
        _folder.Write("other.csv", csv);
        var spec = new CsvDataSpec { File = "other.csv", Labels = [Column(2)], Ignore = [Column("gone")] };
        using PreparedData data = PreparedData.PrepareLike(Schema(), spec, _folder.Path);

        Assert.Equal([1f, 1f, 0f, 0f], data.Train.Features());
        Assert.Equal([1f, 0f], data.Train.Targets());
    }

    [Theory]
    [InlineData("a,c,y\n4,30,z\n", "other.csv has no column \"b\" that the model names; ")]
    [InlineData("4,5,6,z\n", "other.csv line 1 has 3 features (without names), expected the model's 2 (a, b); give the file a header ")]
    public void PrepareLike_WithoutTheModelsColumns_NamesThem(string csv, string expected)
    {
        _folder.Write("other.csv", csv);
        var spec = new CsvDataSpec { File = "other.csv", Labels = [Column(-1)] };

        var failure = Assert.Throws<DataException>(() => PreparedData.PrepareLike(Schema(), spec, _folder.Path));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b,kind\n7,50,z\n")]
    [InlineData("7,50,z\n")]
    public void PrepareLike_WithoutTheLabelsName_TakesItByPosition(string csv)
    {
        _folder.Write("other.csv", csv);
        var spec = new CsvDataSpec { File = "other.csv", Labels = [Column(-1)] };
        using PreparedData data = PreparedData.PrepareLike(Schema(), spec, _folder.Path);

        Assert.Equal([2f, 2f], data.Train.Features());
        Assert.Equal([1f], data.Train.Targets());
    }

    [Fact]
    public void PrepareLike_OfAnUnknownLabel_NamesTheLine()
    {
        _folder.Write("other.csv", "a,b,y\n7,50,w\n");
        var spec = new CsvDataSpec { File = "other.csv", Labels = [Column("y")] };

        var failure = Assert.Throws<DataException>(() => PreparedData.PrepareLike(Schema(), spec, _folder.Path));

        Assert.Contains("line 2, column \"y\": the label \"w\"", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private FeatureSchema Schema()
    {
        _folder.Write("train.csv", Training);
        var spec = new CsvDataSpec
        {
            File = "train.csv",
            Labels = [Column("y")],
            Scaling = new ScalingSpec.MinMax(),
            Missing = new MissingValues.FillMean(),
        };
        using PreparedData data = PreparedData.Prepare(spec, _folder.Path, seed: 1);
        return data.Schema;
    }

    private float[] Read(string csv) => Read(Encoding.UTF8.GetBytes(csv));

    private float[] Read(byte[] content)
    {
        using FeatureReader reader = FeatureReader.Open(new MemoryStream(content), "input", Schema());
        float[] rows = new float[10 * 2];
        return rows[..(reader.Read(rows) * 2)];
    }

    /// <summary>A head, then the same bytes over and over.</summary>
    private sealed class RepeatingStream(byte[] head, byte[] body, int repeats) : Stream
    {
        private byte[] _current = head;
        private int _position;
        private int _repeats = repeats;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int written = 0;
            while (written < buffer.Length)
            {
                if (_position == _current.Length)
                {
                    if (_repeats-- == 0)
                    {
                        _repeats = 0;
                        break;
                    }

                    _current = body;
                    _position = 0;
                }

                int count = Math.Min(buffer.Length - written, _current.Length - _position);
                _current.AsSpan(_position, count).CopyTo(buffer[written..]);
                _position += count;
                written += count;
            }

            return written;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
