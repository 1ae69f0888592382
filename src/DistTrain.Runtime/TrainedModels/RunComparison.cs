using System.Collections.Immutable;
using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>Whether two runs came to the same weights, and where they went apart if not.</summary>
public sealed record RunComparison
{
    /// <summary>Bit for bit, by the hashes of the weights in both model files.</summary>
    public required bool WeightsAreEqual { get; init; }

    public required ComparedRun First { get; init; }

    public required ComparedRun Second { get; init; }

    /// <summary>Of the run files, as in "training.seed"; what decides no weights, such as paths and workers, included.</summary>
    public required ImmutableArray<string> DifferentKeys { get; init; }

    /// <summary>The first epoch, from 1, whose training losses differ; null where none does that both have in metrics.jsonl.</summary>
    public required int? FirstEpochApart { get; init; }

    /// <param name="first">A run's output folder.</param>
    /// <exception cref="TrainedModelException">
    /// One of them is no such folder, did not end, or holds other weights than its summary says.
    /// </exception>
    public static RunComparison Of(string first, string second)
    {
        ComparedRun one = ComparedRun.Read(first);
        ComparedRun two = ComparedRun.Read(second);
        return new RunComparison
        {
            WeightsAreEqual = one.Summary.WeightsSha256 == two.Summary.WeightsSha256,
            First = one,
            Second = two,
            DifferentKeys = [.. ResumeCheck.ChangedKeys(File.ReadAllText(one.Files.RunFile), File.ReadAllText(two.Files.RunFile))],
            FirstEpochApart = FindFirstEpochApart(TrainLosses(one.Files.Metrics), TrainLosses(two.Files.Metrics)),
        };
    }

    private static int? FindFirstEpochApart(SortedDictionary<int, double> first, SortedDictionary<int, double> second)
    {
        foreach ((int epoch, double loss) in first)
        {
            if (second.TryGetValue(epoch, out double other) && !other.Equals(loss))
            {
                return epoch;
            }
        }

        return null;
    }

    /// <summary>By epoch; empty where the file cannot be read. Lines that are not whole are passed over.</summary>
    private static SortedDictionary<int, double> TrainLosses(string metrics)
    {
        var losses = new SortedDictionary<int, double>();
        foreach (string line in LinesOf(metrics))
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                if (document.RootElement.GetProperty("kind").GetString() == "epoch")
                {
                    losses[document.RootElement.GetProperty("epoch").GetInt32()] =
                        document.RootElement.GetProperty("trainLoss").GetDouble();
                }
            }
            catch (Exception error) when (
                error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                continue;
            }
        }

        return losses;
    }

    private static string[] LinesOf(string metrics)
    {
        try
        {
            return File.ReadAllLines(metrics);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>One of the runs that are compared.</summary>
/// <param name="Folder">As given.</param>
public sealed record ComparedRun(string Folder, RunSummary Summary)
{
    internal OutFolder Files => OutFolder.OfRun(Folder);

    internal static ComparedRun Read(string folder)
    {
        using TrainedModel model = TrainedModel.Open(folder);
        RunSummary summary = ReadSummary(model.Folder.Summary);
        string held = WeightsHash.Of(model.Weights);
        return held == summary.WeightsSha256
            ? new ComparedRun(folder, summary)
            : throw new TrainedModelException(
                $"{model.Folder.Model} holds weights with the hash {held[..12]}…, {Path.GetFileName(model.Folder.Summary)} beside it "
                + $"says {summary.WeightsSha256[..12]}…: one of them was changed after the run; make the run again");
    }

    private static RunSummary ReadSummary(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunSummary>(File.ReadAllBytes(path), RuntimeJson.Document) switch
            {
                { WeightsSha256.Length: WeightsHash.Length, Origin: not null } summary => summary,
                { Origin: null } => throw new JsonException("its origin is null"),
                _ => throw new JsonException("it has no weightsSha256 of 64 digits"),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new TrainedModelException(
                $"{path} cannot be read ({error.Message.TrimEnd('.')}); end the run with --resume, or make it again", error);
        }
    }
}
