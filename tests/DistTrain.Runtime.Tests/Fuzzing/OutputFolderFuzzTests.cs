using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Fuzzing;

/// <summary>
/// Damaged files of an output folder are refused by an exception whose message is a sentence for people, or read as what they
/// have become; nothing else is thrown, and no file is written that belongs to the run.
/// </summary>
public sealed class OutputFolderFuzzTests : IClassFixture<OutputFolderFuzzTests.Trained>
{
    /// <summary>Of each kind of damage; a hundred times as many found nothing more.</summary>
    private const int Cases = 40;

    private readonly TinyRun _tiny;
    private readonly string _out;

    public OutputFolderFuzzTests(Trained trained)
    {
        _tiny = trained.Tiny;
        _out = trained.Copy();
    }

    [Theory]
    [InlineData("run.json", true)]
    [InlineData("model.json", true)]
    [InlineData("summary.json", true)]
    [InlineData("run.json", false)]
    [InlineData("model.json", false)]
    [InlineData("summary.json", false)]
    [InlineData("model.safetensors", false)]
    public void Model_OfADamagedFolder_IsUsedOrRefused(string file, bool isJson)
    {
        int refused = Fuzz(Path.Combine(_out, file), isJson, () =>
        {
            using TrainedModel model = TrainedModel.Open(_out);
            using var rows = new MemoryStream("a,b,c,d,e\n1,2,3,4,5\n"u8.ToArray());
            using FeatureReader reader = FeatureReader.Open(rows, "rows", model.Features);
            Predictor.Run(model, reader, new CsvPredictionWriter(TextWriter.Null, model.Outputs), default);
            using PreparedData data = EvaluationData.OpenOfRun(model);
            ModelEvaluation.Run(model, data.Test ?? data.Train);
        });

        Assert.InRange(refused, file == "summary.json" ? 0 : Cases / 10, Cases);
    }

    [Fact]
    public void Model_OfAnotherRunsDescription_IsRefused()
    {
        string run = Path.Combine(_out, "run.json");
        string description = Path.Combine(_out, "model.json");
        File.WriteAllText(
            run, File.ReadAllText(run).Replace("\"units\": \"classes\"", "\"units\": 3", StringComparison.Ordinal));
        TrainedModel.Open(_out).Dispose();
        File.WriteAllText(
            description, File.ReadAllText(description).Replace("\"high\"", "\"high\",\"higher\"", StringComparison.Ordinal));

        TrainedModelException refusal = Assert.Throws<TrainedModelException>(() => TrainedModel.Open(_out));

        Assert.Contains("the last layer gives (3), but the data has 4 classes", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The header of a safetensors file alone, with numbers behind it that are what they were.</summary>
    [Fact]
    public void Model_OfWeightsWithAnotherHeader_IsUsedOrRefused()
    {
        string path = Path.Combine(_out, "model.safetensors");
        byte[] good = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(good);
        string header = Encoding.UTF8.GetString(good, sizeof(long), length);
        int refused = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            byte[] json = Encoding.UTF8.GetBytes(new JsonMutation(seed).Of(header));
            byte[] start = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(start, json.Length);
            File.WriteAllBytes(path, [.. start, .. json, .. good.AsSpan(sizeof(long) + length)]);
            refused += Check(seed, () => TrainedModel.Open(_out).Dispose()) ? 1 : 0;
        }

        Assert.InRange(refused, Cases / 10, Cases);
    }

    /// <summary>
    /// A checkpoint that another program made, or another version: its hash is right, what stands in its header is not. It is
    /// set aside like a damaged one, and stays.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checkpoint_WithAnotherHeader_IsUsedOrSetAside(bool isForced)
    {
        LoadedRun run = _tiny.Loaded;
        var folder = new OutFolder(_out);
        string path = Assert.Single(new CheckpointStore(folder.Checkpoints, 1).Files());
        byte[] good = File.ReadAllBytes(path);
        int length = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(8));
        string header = Encoding.UTF8.GetString(good, 12, length);
        SessionSettings settings = Settings(isForced);
        using var model = new ModelState(run, new WeightVersion(0));
        int used = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            byte[] json = Encoding.UTF8.GetBytes(new JsonMutation(seed).Of(header));
            byte[] start = [.. good.AsSpan(0, 12)];
            BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(8), json.Length);
            byte[] content = [.. start, .. json, .. good.AsSpan(12 + length, good.Length - 12 - length - SHA256.HashSizeInBytes)];
            byte[] whole = [.. content, .. SHA256.HashData(content)];
            File.WriteAllBytes(path, whole);
            Check(seed, () =>
            {
                using CheckpointStart found = CheckpointStart.Find(folder, run, settings, static _ => { });
                found.Fill(model, run);
                Assert.True(found.Term.Value > 0);
                Assert.InRange(found.Version.Value, 0, long.MaxValue - 1);
                Assert.NotNull(found.Progress);
                used += found.Version.Value > 0 ? 1 : 0;
            });
            string kept = File.Exists(path) ? path : path + CheckpointStore.DamagedEnding;
            Assert.Equal(whole, File.ReadAllBytes(kept));
        }

        Assert.InRange(used, 1, Cases - 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Metrics_WithDamagedLines_AreGoneOnWith(bool isJson)
    {
        string path = Path.Combine(_out, "metrics.jsonl");
        string[] good = File.ReadAllLines(path);
        for (int seed = 0; seed < Cases / 2; seed++)
        {
            string[] lines = [.. good];
            int damaged = seed % lines.Length;
            lines[damaged] = isJson
                ? new JsonMutation(seed).Of(lines[damaged])
                : Encoding.Latin1.GetString(new Mutation(seed).Of(Encoding.Latin1.GetBytes(lines[damaged])));
            File.WriteAllText(path, string.Join('\n', lines) + "\n", Encoding.Latin1);
            Check(seed, () =>
            {
                using var log = new MetricsLog(path, 10, false, message => Assert.Fail(message));
                log.Write("step", new { step = 11 });
            });

            string[] now = File.ReadAllLines(path, Encoding.Latin1);
            Assert.Equal("{\"kind\":\"step\",\"step\":11}", now[^1]);
            Assert.Empty(good.Where((_, place) => place != damaged).Except(now));
        }
    }

    /// <summary>A run that ended; each test damages a copy of its folder.</summary>
    public sealed class Trained : IDisposable
    {
        private int _copies;

        public Trained() =>
            LocalTraining.RunAsync(Tiny.Request("out"), TrainingObserver.None, default).GetAwaiter().GetResult();

        internal TinyRun Tiny { get; } = new(""" "batchSize": 20, "shards": 8, "epochs": 2, "logEverySteps": 1 """);

        internal string Copy()
        {
            string from = Tiny.Out("out");
            string to = Tiny.Out($"copy {++_copies}");
            foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            return to;
        }

        public void Dispose() => Tiny.Dispose();
    }

    private SessionSettings Settings(bool isForced) => new()
    {
        Run = _tiny.Run,
        Data = _tiny.Data,
        OutFolder = _out,
        Resume = true,
        Force = isForced,
        Engine = "test",
        Workers = 1,
        ThreadsPerWorker = 1,
        WorkersMin = 1,
        WorkersAtStart = 1,
        SharesData = false,
    };

    private static int Fuzz(string path, bool isJson, Action action)
    {
        byte[] good = File.ReadAllBytes(path);
        string text = Encoding.UTF8.GetString(good);
        int refused = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            File.WriteAllBytes(
                path, isJson ? Encoding.UTF8.GetBytes(new JsonMutation(seed).Of(text)) : new Mutation(seed).Of(good));
            refused += Check(seed, action) ? 1 : 0;
        }

        return refused;
    }

    /// <returns>Whether it was refused.</returns>
    private static bool Check(int seed, Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (Exception refusal) when (refusal
            is RunFileException or DataException or ModelException or TrainedModelException or TrainingException)
        {
            Assert.DoesNotContain('\n', refusal.Message);
            return true;
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"seed {seed}: {failure}");
            return true;
        }
    }
}
