using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Predictions of a million rows, streamed.</summary>
public sealed class BoundedMemoryTests(ITestOutputHelper output)
{
    private const int Rows = 1_000_000;

    private const int RowsBefore = 50_000;

    /// <summary>Four numbers of each row, held as floats, would be 15 MiB.</summary>
    private const long GrowthKibMax = 10 * 1024;

    /// <summary>Left to itself the collector grows its nursery as it likes, up to the third-level cache's size. Bytes, hexadecimal.</summary>
    private static readonly ImmutableDictionary<string, string> SmallNursery =
        ImmutableDictionary<string, string>.Empty.Add("DOTNET_GCgen0size", "100000");

    [SkippableTheory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("npy")]
    public async Task Predict_AMillionRows_TakesNoMoreMemoryThanAFew(string format)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads the peak of memory from /proc");
        using var folder = new TemporaryFolder();
        CommandResult trained = await DistTrainCommand.RunAsync(
            "train", "examples/iris/run.json", "--json", "--set", "training.epochs=2", "--out", folder["out"]);
        Assert.True(trained.ExitCode == 0, trained.Errors);
        using DistTrainCommand predict = DistTrainCommand.Start(
            SmallNursery, "predict", folder["out"], "--input", "-", "--output", folder["predictions"], "--format", format);
        StreamWriter input = predict.Process.StandardInput;
        var block = new StringBuilder();
        for (int row = 0; row < 1000; row++)
        {
            block.Append(CultureInfo.InvariantCulture, $"{4 + (row % 40 / 10.0)},{2 + (row % 23 / 10.0)},{row % 70 / 10.0},{row % 25 / 10.0}\n");
        }

        string text = block.ToString();
        long before = 0;
        for (int rows = 0; rows < Rows; rows += 1000)
        {
            if (rows == RowsBefore)
            {
                before = PeakKib(predict.Process.Id);
            }

            await input.WriteAsync(text);
        }

        await input.FlushAsync();
        long after = PeakKib(predict.Process.Id);
        input.Close();
        CommandResult result = await predict.EndAsync();

        output.WriteLine($"{format}: peak {before:N0} KiB after {RowsBefore:N0} rows, {after:N0} KiB after {Rows:N0}");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.InRange(after - before, 0, GrowthKibMax);
        Assert.Equal(Rows, CountRows(folder["predictions"], format));
    }

    private static long CountRows(string path, string format) => format switch
    {
        "npy" => (new FileInfo(path).Length - 128) / (3 * sizeof(float)),
        "csv" => File.ReadLines(path).LongCount() - 1,
        _ => File.ReadLines(path).LongCount(),
    };

    /// <summary>The most memory that the process ever held.</summary>
    private static long PeakKib(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
