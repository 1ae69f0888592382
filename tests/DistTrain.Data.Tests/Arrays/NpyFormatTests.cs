namespace DistTrain.Data.Tests;

public sealed class NpyFormatTests : IDisposable
{
    private static readonly byte[] Targets = NpyFiles.Longs([2], [5, -3]);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, byte[]> Kinds => new()
    {
        { "|b1", [1, 0, 1, 1] },
        { "|u1", [1, 0, 1, 1] },
        { "|i1", [1, 0, 1, 1] },
        { "<i2", [1, 0, 0, 0, 1, 0, 1, 0] },
        { ">i2", [0, 1, 0, 0, 0, 1, 0, 1] },
        { "<u2", [1, 0, 0, 0, 1, 0, 1, 0] },
        { ">u4", [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1] },
        { "<f2", [0x00, 0x3c, 0, 0, 0x00, 0x3c, 0x00, 0x3c] },
        { "<f4", [0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f] },
        { ">f4", [0x3f, 0x80, 0, 0, 0, 0, 0, 0, 0x3f, 0x80, 0, 0, 0x3f, 0x80, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_OfEachKind_GivesItsNumbers(string kind, byte[] bytes)
    {
        using PreparedData data = Prepare(NpyFiles.Write(kind, [2, 2], bytes), Targets);

        Assert.Equal([1, 0, 1, 1], data.Train.Features());
        Assert.Equal(["-3", "5"], data.ClassNames.ToArray());
        Assert.Equal([1, 0], data.Train.Targets());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_OfEachVersion_Works(int version)
    {
        byte[] features = NpyFiles.Write("<f8", [2, 1, 3], new byte[2 * 3 * 8], version);
        using PreparedData data = Prepare(features, Targets);

        Assert.Equal("(1, 3)", data.Train.FeatureShape.ToString());
    }

    [Fact]
    public void Read_OfRegressionTargets_KeepsTheirColumns()
    {
        using PreparedData data = Prepare(
            NpyFiles.Doubles([2], [1, 2]), NpyFiles.Doubles([2, 2], [0.5, 1, 1.5, 2]), TargetKind.Values);

        Assert.Equal([0.5f, 1, 1.5f, 2], data.Train.Targets());
        Assert.Equal(["target0", "target1"], data.TargetNames.ToArray());
    }

    [Fact]
    public void Read_OfWholeFloatsAsClasses_NamesThemAsIntegers()
    {
        using PreparedData data = Prepare(NpyFiles.Floats([2], [1, 2]), NpyFiles.Floats([2], [10, 9]));

        Assert.Equal(["9", "10"], data.ClassNames.ToArray());
    }

    public static TheoryData<byte[], string> BrokenFiles => new()
    {
        { [], "features.npy is empty" },
        { GZipped.Of([1, 2]), "(\\x93NUMPY); it is gzipped, give it a name that ends in .gz" },
        { "a,b\n1,2\n"u8.ToArray(), "features.npy is not an NPY file: it starts with 612c620a312c320a" },
        { [0x93, .. "NUMPY"u8, 4, 0, 0, 0], "features.npy has NPY version 4" },
        { [0x93, .. "NUMPY"u8, 1, 0, 200, 0, 0], "features.npy is cut off within its header" },
        { [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 127], "features.npy claims a header of 2,147,483,647 bytes" },
        { NpyFiles.WriteHeader("[]", []), "features.npy is not a usable NPY file: its header lacks a '{'" },
        { NpyFiles.WriteHeader("{'descr': '<f4'}", []), "its header lacks one of" },
        { NpyFiles.WriteHeader("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", []), "arrays of records" },
        { NpyFiles.WriteHeader("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}", []), "neither True nor False" },
        { NpyFiles.WriteHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -1)}", []), "not a tuple of whole numbers" },
        { NpyFiles.WriteHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} {", []), "goes on after its closing brace" },
        { NpyFiles.WriteHeader("{'descr': '<f4', 'colour': 'red'}", []), "unknown key 'colour'" },
        { NpyFiles.Write("<U5", [2, 2], new byte[80]), "features.npy holds texts of type '<U5', expected booleans, integers or "
            + "floats of 16 to 64 bits; write numpy.unique(x, return_inverse=True)[1] instead of x" },
        { NpyFiles.Write("|S1", [2, 2], new byte[4]), "features.npy holds texts of type '|S1'" },
        { NpyFiles.Write("<c8", [2, 2], new byte[32]), "features.npy holds numbers of type '<c8', expected booleans, integers or "
            + "floats of 16 to 64 bits; write x.astype(numpy.float32) instead of x" },
        { NpyFiles.Write("<f4", [2, 2], new byte[16], fortran: true), "features.npy is in Fortran order" },
        { NpyFiles.Write("<f4", [2, 2], new byte[15]), "features.npy is cut off" },
        { NpyFiles.Write("<f4", [2, 2], new byte[17]), "features.npy goes on after its last number" },
        { NpyFiles.Write("<f4", [], new byte[4]), "features.npy has 0 dimensions" },
        { NpyFiles.WriteHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2147483647)}", []), "features.npy claims 9,223,372,036,854,775,807 rows" },
        { NpyFiles.Floats([3, 1], [1, 2, 3]), "features.npy has 3 rows, but targets.npy has 2" },
        { NpyFiles.Floats([2, 2], [1, 2, float.NaN, 4]), "features.npy row 1, feature 0 (both from 0): NaN is not a finite float32 number; correct it, or set data.missing" },
        { NpyFiles.Doubles([2, 1], [1, 1e300]), "features.npy row 1, feature 0 (both from 0): Infinity is not a finite" },
    };

    [Theory]
    [MemberData(nameof(BrokenFiles))]
    public void Read_OfABrokenFile_SaysWhatAndWhere(byte[] features, string expected)
    {
        var failure = Assert.Throws<DataException>(() => Prepare(features, Targets));

        Assert.Contains(
            expected, failure.Message.Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private PreparedData Prepare(byte[] features, byte[] targets, TargetKind kind = TargetKind.Classes)
    {
        _folder.Write("features.npy", features);
        _folder.Write("targets.npy", targets);
        var spec = new NpyDataSpec { Features = "features.npy", TargetsFile = "targets.npy", Targets = kind };
        return PreparedData.Prepare(spec, _folder.Path, seed: 1);
    }
}
