using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DistTrain.Models.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private static readonly ParameterLayout Layout = new(
    [
        new ParameterSlice("layers.0.weight", [2, 3], 0, ParameterRole.Trained),
        new ParameterSlice("layers.0.bias", [3], 6, ParameterRole.Trained),
        new ParameterSlice("layers.2.weight", [3, 1], 9, ParameterRole.Trained),
    ]);

    private static readonly float[] Parameters = [.. Enumerable.Range(0, 12).Select(value => (value * 0.25f) - 1)];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_GivesTheFormatsBytes()
    {
        byte[] file = Write(Layout, Parameters);

        long headerBytes = BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(0, (headerBytes + 8) % 8);
        Assert.Equal(8 + headerBytes + (12 * 4), file.Length);
        string header = Encoding.UTF8.GetString(file, 8, (int)headerBytes);
        Assert.Equal(
            "{\"__metadata__\":{\"format\":\"disttrain\",\"step\":\"7\"},"
            + "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]},"
            + "\"layers.2.weight\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[36,48]}}",
            header.TrimEnd(' '));
        Assert.Equal(Parameters, MemoryMarshal.Cast<byte, float>(file.AsSpan(8 + (int)headerBytes)).ToArray());
    }

    [Fact]
    public void Read_OfWrittenWeights_GivesThemBack()
    {
        using SafetensorsReader reader = Open(Write(Layout, Parameters));
        float[] back = new float[12];
        reader.Read(Layout, back);

        Assert.Equal(Parameters, back);
        Assert.Equal("7", reader.Metadata["step"]);
        Assert.Equal(["layers.0.weight", "layers.0.bias", "layers.2.weight"], reader.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void Read_OfOtherOrderAndTypes_ConvertsAndPlacesThem()
    {
        byte[] file = Compose(
            """
            {"layers.2.weight":{"shape":[3,1],"dtype":"F16","data_offsets":[0,6]},
             "layers.0.bias":{"dtype":"BF16","shape":[3],"data_offsets":[6,12]},
             "layers.0.weight":{"dtype":"F64","shape":[2,3],"data_offsets":[12,60]}}
            """,
            [
                0x00, 0x3c, 0x00, 0x40, 0x00, 0xc0,
                0x80, 0x3f, 0x00, 0x40, 0x40, 0xc0,
                .. MemoryMarshal.AsBytes<double>([1, 2, 3, 4, 5, 0.1]),
            ]);
        using SafetensorsReader reader = Open(file);
        float[] back = new float[12];
        reader.Read(Layout, back);

        Assert.Equal([1, 2, 3, 4, 5, 0.1f, 1, 2, -3, 1, 2, -2], back);
    }

    [Fact]
    public void Read_IntoAnotherModel_NamesTheTensor()
    {
        using SafetensorsReader reader = Open(Write(Layout, Parameters));
        Assert.Contains(
            "has no tensor layers.1.weight",
            Refused(reader, [.. Layout.Slices, new ParameterSlice("layers.1.weight", [1], 12, ParameterRole.Trained)]),
            StringComparison.Ordinal);
        Assert.Contains(
            "has a tensor layers.2.weight that the model has not", Refused(reader, [.. Layout.Slices.Take(2)]),
            StringComparison.Ordinal);
        Assert.Contains(
            "tensor layers.2.weight is F32 (3, 1), expected the shape (1, 3)",
            Refused(reader, [.. Layout.Slices.Take(2), new ParameterSlice("layers.2.weight", [1, 3], 9, ParameterRole.Trained)]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfANumberThatIsNotFinite_NamesTheTensorAndPosition()
    {
        float[] bad = [.. Parameters];
        bad[7] = float.NaN;
        using SafetensorsReader reader = Open(Write(Layout, bad));

        Assert.Contains("tensor layers.0.bias has NaN at position 1", Refused(reader, [.. Layout.Slices]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0, "bytes, which is no safetensors file")]
    [InlineData("[]", 0, "does not start with a brace")]
    [InlineData(" {}", 0, "does not start with a brace")]
    [InlineData("{\"a", 0, "is not the JSON that the format asks for")]
    [InlineData("{} {}", 0, "is not the JSON that the format asks for")]
    [InlineData("{\"a\":1}", 0, "is not the JSON that the format asks for")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "is not the JSON that the format asks for")]
    [InlineData("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "its metadata have a twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "its tensor a lacks one of")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "its tensor a lacks one of")]
    [InlineData("{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "of the unknown type F33")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "whole numbers from 0 on")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "whole numbers from 0 on")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"b\":1}}", 4, "the unknown or repeated key b")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "is F32 (2), but lies from byte 0 to 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "but lies from byte 4 to 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}", 4, "is too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "leave a gap at byte 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{}}", 4, "it names a twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "its tensor a and its tensor b overlap at byte 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3, "has 3 bytes of numbers, expected 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5, "has 5 bytes of numbers, expected 4")]
    public void Open_OfABrokenFile_SaysWhat(string header, int dataBytes, string expected)
    {
        byte[] file = header.Length == 0 ? [1, 2, 3] : Compose(header, new byte[dataBytes]);

        Assert.Contains(expected, Assert.Throws<WeightsException>(() => Open(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void Open_OfAHugeHeader_AllocatesNothingForIt(long headerBytes)
    {
        byte[] file = new byte[100];
        BinaryPrimitives.WriteInt64LittleEndian(file, headerBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<WeightsException>(() => Open(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Open_OfAMissingFile_SaysSo() => Assert.Contains(
        "cannot be read", Assert.Throws<WeightsException>(() => SafetensorsReader.Open(_folder["none"])).Message,
        StringComparison.Ordinal);

    /// <summary>Every damage is refused, or the file still says what a plain reading of it says.</summary>
    [Fact]
    public void Open_OfDamagedFiles_ReadsOrRefuses()
    {
        byte[] good = Write(Layout, Parameters);
        var random = new Random(1);
        float[] back = new float[12];
        int refused = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] bad = [.. good];
            for (int change = 0; change <= round % 3; change++)
            {
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            }

            if (round % 5 == 0)
            {
                bad = bad[..random.Next(bad.Length)];
            }

            try
            {
                using SafetensorsReader reader = Open(bad);
                reader.Read(Layout, back);
            }
            catch (WeightsException)
            {
                refused++;
                continue;
            }

            long headerBytes = BinaryPrimitives.ReadInt64LittleEndian(bad);
            using JsonDocument header = JsonDocument.Parse(bad.AsMemory(8, (int)headerBytes));
            Assert.Equal(MemoryMarshal.Cast<byte, float>(bad.AsSpan(8 + (int)headerBytes)).ToArray(), back);
            Assert.Equal(4, header.RootElement.EnumerateObject().Count());
        }

        Assert.InRange(refused, 1500, 2990);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Write(ParameterLayout layout, float[] parameters)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream, layout, parameters, new Dictionary<string, string> { ["step"] = "7", ["format"] = "disttrain" });
        return stream.ToArray();
    }

    private static byte[] Compose(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    private static string Refused(SafetensorsReader reader, ParameterSlice[] slices)
    {
        var layout = new ParameterLayout([.. slices]);
        return Assert.Throws<WeightsException>(() => reader.Read(layout, new float[layout.Length])).Message;
    }

    private SafetensorsReader Open(byte[] file)
    {
        string path = _folder["model.safetensors"];
        File.WriteAllBytes(path, file);
        return SafetensorsReader.Open(path);
    }
}
