namespace DistTrain.Data.Tests;

public sealed class IdxFormatTests : IDisposable
{
    private static readonly byte[] Images = IdxFiles.Bytes([3, 2, 2], [0, 1, 2, 3, 10, 20, 30, 40, 255, 254, 253, 252]);
    private static readonly byte[] Labels = IdxFiles.Bytes([3], [7, 2, 10]);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_OfImages_KeepsBytes_AndScalesThemWhenGathered()
    {
        using PreparedData data = Prepare(Images, Labels, new ScalingSpec.DivideBy(255));

        Assert.Equal("(1, 2, 2)", data.Train.FeatureShape.ToString());
        Assert.Equal(["2", "7", "10"], data.ClassNames.ToArray());
        Assert.Equal([1, 0, 2], data.Train.Targets());
        float unit = (float)(1 / 255.0);
        Assert.Equal([255 * unit, 254 * unit, 253 * unit, 252 * unit, 0, unit, 2 * unit, 3 * unit], data.Train.Features(2, 0));
    }

    [Fact]
    public void Read_OfGZip_IsTheSameAsPlain_AndFoundByThePlainName()
    {
        using PreparedData plain = Prepare(Images, Labels);
        foreach (string name in (string[])["images", "labels"])
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(_folder.Path, name));
            File.Delete(Path.Combine(_folder.Path, name));
            _folder.Write(name + ".gz", GZipped.Of(bytes));
        }

        using PreparedData gzipped = PreparedData.Prepare(Spec, _folder.Path, seed: 1);

        Assert.Equal(plain.ContentHash, gzipped.ContentHash);
    }

    [Fact]
    public void Read_WithASplit_SharesTheBytesOut()
    {
        _folder.Write("images", Images);
        _folder.Write("labels", IdxFiles.Bytes([3], [1, 2, 1]));
        using PreparedData data = PreparedData.Prepare(
            Spec with { Split = new SplitSpec.Rows(1), Targets = TargetKind.Values }, _folder.Path, seed: 1);

        Assert.Equal(2, data.Train.RowCount);
        Assert.Equal(
            new float[] { 0, 1, 2, 3, 10, 20, 30, 40, 255, 254, 253, 252 }.Order(),
            data.Train.Features().Concat(data.Test!.Features()).Order());
    }

    [Fact]
    public void Read_OfFloats_IsBigEndian()
    {
        byte[] images = IdxFiles.Write(0x0d, [2, 1], [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]);
        using PreparedData data = Prepare(images, IdxFiles.Write(0x0c, [2], [0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff]));

        Assert.Equal([1, -2], data.Train.Features());
        Assert.Equal(["-1", "256"], data.ClassNames.ToArray());
    }

    public static TheoryData<byte[], byte[], string> BrokenFiles => new()
    {
        { [], Labels, "images is empty, expected an IDX file" },
        { "1,2,3"u8.ToArray(), Labels, "images is not an IDX file: it starts with 312c322c" },
        { [0, 0, 0x0a, 1, 0, 0, 0, 1, 0], Labels, "images is not an IDX file" },
        { [0x1f, 0x8b, 8, 0], Labels, "images is not an IDX file: it starts with 1f8b0800" },
        { Images[..7], Labels, "images is cut off within its header" },
        { Images[..^1], Labels, "images is cut off: its header claims (3, 2, 2) of UInt8, 28 bytes in all, but it has 27" },
        { [.. Images, 9], Labels, "images goes on after its last number" },
        { IdxFiles.Bytes([0, 2, 2], []), IdxFiles.Bytes([0], []), "images has no rows" },
        { IdxFiles.Bytes([3, 0, 2], []), Labels, "images claims the shape (3, 0, 2)" },
        { IdxFiles.Bytes([-1, -1, -1], []), Labels, "images claims the shape (4294967295, 4294967295, 4294967295)" },
        { IdxFiles.Bytes([2_000_000_000, 1000, 1000], []), Labels, "images is cut off: its header claims (2000000000, 1000, 1000)" },
        { Images, IdxFiles.Bytes([2], [1, 2]), "images has 3 rows, but labels has 2" },
        { Images, IdxFiles.Bytes([3, 2], [1, 2, 3, 4, 5, 6]), "labels has 2 numbers a row, expected one class label" },
        { Images, IdxFiles.Write(0x0d, [3], [0x3f, 0x80, 0, 0, 0x3f, 0, 0, 0, 0, 0, 0, 0]), "labels row 1 (from 0): the class label 0.5 is not a whole number" },
        { IdxFiles.Write(0x0d, [3, 1], [0x7f, 0x80, 0, 0, 0x3f, 0, 0, 0, 0, 0, 0, 0]), Labels, "images row 0, feature 0 (both from 0): Infinity is not a finite" },
    };

    [Theory]
    [MemberData(nameof(BrokenFiles))]
    public void Read_OfABrokenFile_SaysWhatAndWhere(byte[] images, byte[] labels, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Prepare(images, labels));

        Assert.Contains(
            expected, failure.Message.Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfACutOffGZip_SaysSo()
    {
        byte[] gzip = GZipped.Of(Images);
        _folder.Write("images.gz", gzip[..^5]);
        _folder.Write("labels", Labels);

        Assert.Throws<DataException>(() => PreparedData.Prepare(Spec, _folder.Path, seed: 1));
    }

    [Fact]
    public void Read_OfAFolderThatIsNotThere_SaysSo()
    {
        var failure = Assert.Throws<DataException>(
            () => PreparedData.Prepare(Spec with { Folder = "nowhere" }, _folder.Path, seed: 1));

        Assert.Contains("nowhere does not exist; name the folder", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static IdxDataSpec Spec => new()
    {
        TrainImages = "images", TrainLabels = "labels", TestImages = null, TestLabels = null,
    };

    private PreparedData Prepare(byte[] images, byte[] labels, ScalingSpec? scaling = null)
    {
        _folder.Write("images", images);
        _folder.Write("labels", labels);
        return PreparedData.Prepare(Spec with { Scaling = scaling ?? ScalingSpec.None }, _folder.Path, seed: 1);
    }
}
