
namespace DistTrain.Runtime.Tests.Output;

public sealed class MetricsLogTests
{
    [Fact]
    public void Resume_AfterACrash_DropsTheLinesOfLostSteps()
    {
        using var folder = new TemporaryFolder();
        string path = folder["metrics.jsonl"];
        using (var log = new MetricsLog(path, 0, false, message => Assert.Fail(message)))
        {
            log.Write("step", new { step = 10 });
            log.Write("step", new { step = 20 });
            log.Write("step", new { step = 30 });
        }

        File.AppendAllText(path, "{\"kind\":\"step\",\"st");
        using (var log = new MetricsLog(path, 20, false, message => Assert.Fail(message)))
        {
            log.Write("epoch", new { step = 25 });
        }

        Assert.Equal(
            ["{\"kind\":\"step\",\"step\":10}", "{\"kind\":\"step\",\"step\":20}", "{\"kind\":\"epoch\",\"step\":25}"],
            File.ReadAllLines(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resume_AtAnEpochsEnd_LeavesOneLineForTheEpoch(bool epochIsOpen)
    {
        using var folder = new TemporaryFolder();
        string path = folder["metrics.jsonl"];
        File.WriteAllText(path, "{\"kind\":\"step\",\"step\":20}\n{\"kind\":\"epoch\",\"step\":20}\n");
        using (var log = new MetricsLog(path, 20, epochIsOpen, message => Assert.Fail(message)))
        {
            if (epochIsOpen)
            {
                log.Write("epoch", new { step = 20 });
            }
        }

        Assert.Equal(
            ["{\"kind\":\"step\",\"step\":20}", "{\"kind\":\"epoch\",\"step\":20}"], File.ReadAllLines(path));
    }

    /// <summary>A first byte that looks like another encoding's mark, and a step that is no whole number.</summary>
    [Fact]
    public void Resume_WithDamagedLines_KeepsTheOthers()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("metrics.jsonl", (byte[])
        [
            0xfe, 0xff, .. "{\"kind\":\"step\",\"step\":10}\n{\"kind\":\"step\",\"step\":1e30}\n{\"kind\":\"step\",\"step\":20}\n"u8,
        ]);
        new MetricsLog(path, 20, false, message => Assert.Fail(message)).Dispose();
        Assert.Equal(["{\"kind\":\"step\",\"step\":20}"], File.ReadAllLines(path));
    }

    /// <summary>The old file stays until the new one is whole.</summary>
    [Fact]
    public void Resume_WhereNothingCanBeWritten_LosesNoLine()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("metrics.jsonl", "{\"kind\":\"step\",\"step\":20}\n");
        Directory.CreateDirectory(path + AtomicFile.TemporaryEnding);
        var said = new List<string>();
        new MetricsLog(path, 20, false, said.Add).Dispose();
        Assert.Single(said);
        Assert.Equal(["{\"kind\":\"step\",\"step\":20}"], File.ReadAllLines(path));
    }

    [Fact]
    public void File_ThatCannotBeWritten_IsToldOnceAndTrainingGoesOn()
    {
        using var folder = new TemporaryFolder();
        var said = new List<string>();
        using var log = new MetricsLog(Path.Combine(folder.Path, "missing", "metrics.jsonl"), 0, false, said.Add);
        log.Write("step", new { step = 1 });
        log.Write("step", new { step = 2 });
        Assert.Single(said);
    }
}
