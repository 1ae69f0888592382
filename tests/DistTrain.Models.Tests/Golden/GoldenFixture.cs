using System.Text.Json;

namespace DistTrain.Models.Tests;

/// <summary>Inputs and expected results of one model, as PyTorch gave them in float64.</summary>
internal sealed class GoldenFixture
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public required int Rows { get; init; }

    public required int[] ShardStarts { get; init; }

    public required float[] Features { get; init; }

    public required float[] Targets { get; init; }

    /// <summary>In the order of the flat parameter vector.</summary>
    public required Dictionary<string, float[]> Parameters { get; init; }

    public required double[] Output { get; init; }

    /// <summary>Mean over the rows.</summary>
    public required double Loss { get; init; }

    /// <summary>Of the mean loss; running statistics have the batch's statistic in the gradient's place.</summary>
    public required Dictionary<string, double[]> Gradients { get; init; }

    /// <summary>Null where the features are indices.</summary>
    public double[]? InputGradient { get; init; }

    /// <summary>Names of the fixtures in the assembly.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(GoldenFixture).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[..^Suffix.Length].Split('.')[^1]).Order(StringComparer.Ordinal),
    ];

    public static GoldenFixture Read(string name)
    {
        System.Reflection.Assembly assembly = typeof(GoldenFixture).Assembly;
        string resource = assembly.GetManifestResourceNames()
            .Single(candidate => candidate.EndsWith($".{name}{Suffix}", StringComparison.Ordinal));
        using Stream stream = assembly.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<GoldenFixture>(stream, Options)!;
    }

    private const string Suffix = ".json";
}
