using System.Xml.Linq;

namespace DistTrain.Architecture.Tests;

/// <summary>Dependencies point downwards only (docs/ARCHITECTURE.md, "The layers").</summary>
public sealed class ProjectReferenceTests
{
    /// <summary>A project may know those of lower rank, and none of its own.</summary>
    private static readonly Dictionary<string, int> Ranks = new()
    {
        ["DistTrain.Numerics"] = 0,
        ["DistTrain.Models"] = 1,
        ["DistTrain.Data"] = 1,
        ["DistTrain.Protocol"] = 1,
        ["DistTrain.Runtime"] = 2,
        ["DistTrain.Simulation"] = 3,
        ["DistTrain.Akka"] = 3,
        ["DistTrain.Cli"] = 4,
    };

    [Fact]
    public void ProjectReferences_OfTheProduct_PointDownwardsOnly()
    {
        var faults = new List<string>();
        foreach (string file in SourceTree.Files("src", "*.csproj"))
        {
            string project = Path.GetFileNameWithoutExtension(file);
            if (!Ranks.TryGetValue(project, out int rank))
            {
                faults.Add($"{file}: the project has no rank; give it one in {nameof(ProjectReferenceTests)}");
                continue;
            }

            faults.AddRange(References(file)
                .Where(reference => !Ranks.TryGetValue(reference, out int other) || other >= rank)
                .Select(reference =>
                    $"{file} references {reference}, which does not lie below it: move the shared part down"));
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
    }

    [Fact]
    public void ProjectReferences_OfTheTests_NeverReachAnotherTestProject()
    {
        string[] faults =
        [
            .. SourceTree.Files("tests", "*.csproj").SelectMany(file => References(file)
                .Where(reference => reference.EndsWith(".Tests", StringComparison.Ordinal))
                .Select(reference => $"{file} references {reference}: move what both need into a project of its own")),
        ];

        Assert.True(faults.Length == 0, string.Join(Environment.NewLine, faults));
    }

    private static IEnumerable<string> References(string file) =>
        XDocument.Load(Path.Combine(Repository.Root, file)).Descendants("ProjectReference")
            .Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')));
}
