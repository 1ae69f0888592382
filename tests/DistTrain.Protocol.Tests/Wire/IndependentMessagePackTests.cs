using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MessagePack;

namespace DistTrain.Protocol.Tests;

/// <summary>The codec against msgpack-python (Debian's python3-msgpack), byte for byte, in both directions.</summary>
public sealed class IndependentMessagePackTests
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Reads hex lines; answers what each decodes to (JSON) and the bytes that Python writes for it.</summary>
    private const string Script = """
        import sys, json, msgpack
        for line in sys.stdin:
            value = msgpack.unpackb(bytes.fromhex(line), raw=False, strict_map_key=True)
            print(json.dumps(value) + '\t' + msgpack.packb(value).hex())
        """;

    [SkippableFact]
    public void Messages_ReadByPython_HaveTheSameElementsAndBytes()
    {
        byte[][] messages =
        [
            .. Samples.CoordinatorMessages.Select(Samples.Bytes), .. Samples.WorkerMessages.Select(Samples.Bytes),
        ];
        List<(string Json, string Hex)> answers = AskPython(messages);
        for (int i = 0; i < messages.Length; i++)
        {
            Assert.Equal(Convert.ToHexStringLower(messages[i]), answers[i].Hex);
        }

        Assert.Equal("[34, 5, 7, 3, 2, 1, 123456, 1000, 40000, 80000, 2456]", answers[Samples.CoordinatorMessages.Count + 3].Json);
        Assert.Equal("[3, 5, [7, 0, 6, 1, 64, 32, 16], [[0, 5], [9, 1]]]", answers[6].Json);
    }

    [SkippableFact]
    public void Values_AtEveryBorderOfTheFormat_HavePythonsBytesAndAreReadBack()
    {
        long[] borders =
        [
            0, 1, 127, 128, 255, 256, 65535, 65536, uint.MaxValue, uint.MaxValue + 1L, long.MaxValue,
            -1, -32, -33, -128, -129, -32768, -32769, int.MinValue, int.MinValue - 1L, long.MinValue,
        ];
        int[] lengths = [0, 1, 31, 32, 255, 256, 65535, 65536];
        int[] counts = [0, 1, 15, 16, 65535, 65536];
        List<byte[]> written = [];
        written.AddRange(borders.Select(value => Write((ref MessagePackWriter writer) => writer.Write(value))));
        written.AddRange(lengths.Select(
            length => Write((ref MessagePackWriter writer) => writer.Write(new string('a', length)))));
        written.AddRange(counts.Select(count => Write((ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(count);
            for (int i = 0; i < count; i++)
            {
                writer.Write(i % 2 == 0);
            }
        })));
        List<(string Json, string Hex)> answers = AskPython(written);
        for (int i = 0; i < written.Count; i++)
        {
            Assert.Equal(Convert.ToHexStringLower(written[i]), answers[i].Hex);
        }

        for (int i = 0; i < borders.Length; i++)
        {
            Assert.Equal(borders[i].ToString(CultureInfo.InvariantCulture), answers[i].Json);
            Assert.Equal(borders[i], new MessagePackReader(Convert.FromHexString(answers[i].Hex)).ReadInt64());
        }

        for (int i = 0; i < lengths.Length; i++)
        {
            (string json, string hex) = answers[borders.Length + i];
            Assert.Equal(lengths[i], JsonSerializer.Deserialize<string>(json)!.Length);
            Assert.Equal(lengths[i], new MessagePackReader(Convert.FromHexString(hex)).ReadStringSequence()!.Value.Length);
        }

        for (int i = 0; i < counts.Length; i++)
        {
            Assert.Equal(
                counts[i],
                new MessagePackReader(Convert.FromHexString(answers[borders.Length + lengths.Length + i].Hex)).ReadArrayHeader());
        }
    }

    private delegate void Writing(ref MessagePackWriter writer);

    private static byte[] Write(Writing writing)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        MessagePackWriter writer = new(buffer);
        writing(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static List<(string Json, string Hex)> AskPython(IReadOnlyList<byte[]> messages)
    {
        Skip.IfNot(File.Exists(Python), $"{Python} is not here; install python3-msgpack to compare with it");
        ProcessStartInfo start = new(Python, ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            foreach (byte[] message in messages)
            {
                process.StandardInput.WriteLine(Convert.ToHexStringLower(message));
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Python ended early; its error output says why.
        }

        process.WaitForExit();
        string error = errors.GetAwaiter().GetResult();
        Skip.If(error.Contains("No module named 'msgpack'", StringComparison.Ordinal), "python3-msgpack is not installed");
        Assert.Equal("", error);
        return
        [
            .. output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t')).Select(parts => (parts[0], parts[1])),
        ];
    }
}
