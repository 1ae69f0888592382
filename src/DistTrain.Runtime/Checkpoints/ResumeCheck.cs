using System.Collections.Immutable;
using System.Text.Json;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>Whether a run may go on from a checkpoint: what changed in the run file, and whether that makes sense.</summary>
public static class ResumeCheck
{
    /// <param name="force">Changes that alter the result are let through; sizes that do not fit never are.</param>
    /// <exception cref="RunFileException">Names the changed keys, and what to do.</exception>
    public static void Require(CheckpointHeader header, LoadedRun run, bool force)
    {
        if (header.ParameterCount != run.Network.Parameters.Length)
        {
            throw new RunFileException(
                $"the checkpoint has {header.ParameterCount:N0} weights, the run file's model has "
                + $"{run.Network.Parameters.Length:N0}: it is another model; start without --resume");
        }

        if (force)
        {
            return;
        }

        if (header.Step > run.Plan.StepsTotal)
        {
            throw new RunFileException(
                $"the checkpoint is of step {header.Step}, but the run file now ends after {run.Plan.StepsTotal}; give "
                + "training.epochs or training.steps as many as before or more, or start without --resume");
        }

        bool isOtherData = header.DataHash != run.Data.ContentHash;
        string[] changed = [.. ChangedKeys(header.RunJson, run.RunJson)
            .Where(key => !IsHarmless(key) && (isOtherData || !key.StartsWith("data.", StringComparison.Ordinal)))];
        if (changed.Length > 0)
        {
            throw new RunFileException(
                $"the run file changed since the checkpoint of step {header.Step}: {string.Join(", ", changed)}; "
                + "take the change back, start without --resume, or go on all the same with --force");
        }

        if (isOtherData)
        {
            throw new RunFileException(
                $"the data changed since the checkpoint of step {header.Step} (content hash {Short(header.DataHash)}, "
                + $"now {Short(run.Data.ContentHash)}); put the old data back, start without --resume, or use --force");
        }
    }

    /// <summary>
    /// What changed since the checkpoint so that a whole run with the run file as it is now would come to other weights;
    /// "data" stands for other samples.
    /// </summary>
    public static ImmutableArray<string> DecidingKeys(CheckpointHeader header, LoadedRun run)
    {
        bool isOtherData = header.DataHash != run.Data.ContentHash;
        return
        [
            .. ChangedKeys(header.RunJson, run.RunJson)
                .Where(key => !key.StartsWith("data.", StringComparison.Ordinal) && DecidesWeights(key, run.Run.Training)),
            .. isOtherData ? ["data"] : (string[])[],
        ];
    }

    /// <summary>Paths of the values that differ, as in "training.batchSize"; in order.</summary>
    public static IReadOnlyList<string> ChangedKeys(string before, string after)
    {
        using JsonDocument old = JsonDocument.Parse(before);
        using JsonDocument now = JsonDocument.Parse(after);
        var changed = new List<string>();
        Compare("", old.RootElement, now.RootElement, changed);
        return changed;
    }

    private static void Compare(string path, JsonElement before, JsonElement after, List<string> changed)
    {
        if (before.ValueKind != JsonValueKind.Object || after.ValueKind != JsonValueKind.Object)
        {
            if (!JsonElement.DeepEquals(before, after))
            {
                changed.Add(path);
            }

            return;
        }

        foreach (JsonProperty property in before.EnumerateObject())
        {
            string key = Join(path, property.Name);
            if (after.TryGetProperty(property.Name, out JsonElement other))
            {
                Compare(key, property.Value, other, changed);
            }
            else
            {
                changed.Add(key);
            }
        }

        foreach (JsonProperty property in after.EnumerateObject())
        {
            if (!before.TryGetProperty(property.Name, out _))
            {
                changed.Add(Join(path, property.Name));
            }
        }
    }

    private static bool DecidesWeights(string key, TrainingSpec training) => key.Split('.') switch
    {
        // How often is evaluated, and by what, decides when a run ends that stops early.
        ["checkpoint", "best"] or ["training", "evaluateEveryEpochs"] => training.EarlyStopping is not null,
        ["checkpoint" or "cluster" or "report", ..] or ["training", "logEverySteps"] => false,
        ["training", "epochs" or "steps"] => training.Update.Schedule is CosineSpec,
        _ => true,
    };

    /// <summary>
    /// Changes that make sense: how long, where the schedule ends, how often things are shown or kept, who computes.
    /// </summary>
    private static bool IsHarmless(string key) =>
        key.Split('.') is ["checkpoint" or "cluster" or "report", ..]
            or ["training", "epochs" or "steps" or "evaluateEveryEpochs" or "logEverySteps" or "earlyStopping", ..]
            or ["training", "schedule", "minimumFactor"];

    private static string Short(string hash) => hash.Length > HashLettersShown ? $"{hash[..HashLettersShown]}…" : hash;

    private const int HashLettersShown = 12;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
