using System.Collections.Immutable;
using System.Reflection;

namespace DistTrain.Runtime;

/// <summary>
/// How a run came to its weights, as far as run.json and the data do not tell: those say all of it exactly where
/// <see cref="Changes"/> is empty.
/// </summary>
public sealed record RunOrigin
{
    /// <summary>
    /// <see cref="WeightsHash"/> before the first update, drawn from the seed or read from a file; null where the run began
    /// with a version that did not note it.
    /// </summary>
    public string? InitialWeightsSha256 { get; init; }

    /// <summary>The version of DistTrain that began the run; null as above.</summary>
    public string? Version { get; init; }

    /// <summary>Where the run went on with something else than before, in order.</summary>
    public ImmutableArray<RunChange> Changes { get; init; } = [];

    /// <summary>Of this program, with the commit where the build knew it.</summary>
    public static string ProgramVersion { get; } =
        typeof(RunOrigin).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>A run that starts with these weights.</summary>
    public static RunOrigin Of(ReadOnlySpan<float> weights) =>
        new() { InitialWeightsSha256 = WeightsHash.Of(weights), Version = ProgramVersion };

    /// <summary>The same run, going on.</summary>
    /// <param name="step">Updates applied so far.</param>
    /// <param name="changedKeys">Of the run file, as far as they decide the weights.</param>
    public RunOrigin ResumedAt(long step, ImmutableArray<string> changedKeys) =>
        changedKeys.IsEmpty && (Changes.IsEmpty ? Version : Changes[^1].Version) == ProgramVersion
            ? this
            : this with { Changes = [.. Changes, new RunChange(step, ProgramVersion, changedKeys)] };
}

/// <summary>A resume that changed something.</summary>
/// <param name="Step">Updates applied before.</param>
/// <param name="Version">The version of DistTrain from there on.</param>
/// <param name="Keys">Of the run file, as in "training.seed"; "data" where the samples changed. Empty: the version alone.</param>
public sealed record RunChange(long Step, string Version, ImmutableArray<string> Keys);
