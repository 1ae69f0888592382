namespace DistTrain.Architecture.Tests;

/// <summary>Rules that every source file keeps.</summary>
public sealed class SourceFileTests
{
    private const int LinesMax = 500;

    [Fact]
    public void SourceFiles_EveryOne_HasAtMost500Lines() => AssertNone(
        SourceFiles("src").Concat(SourceFiles("tests"))
            .Select(file => (File: file, Count: SourceTree.Lines(file).Length))
            .Where(entry => entry.Count > LinesMax)
            .Select(entry => $"{entry.File} has {entry.Count} lines, at most {LinesMax} are allowed: "
                + "find the second concept and give it a file"));

    [Fact]
    public void Tests_EveryFile_NeverSleeps() =>
        AssertNone(Containing(SourceFiles("tests"), "Thread" + ".Sleep", "wait for the event itself, or move the clock"));

    [Fact]
    public void SourceFiles_EveryOne_HoldsNoLeftovers() => AssertNone(
        ((string[])["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"])
            .SelectMany(word => Containing(
                SourceFiles("src").Concat(SourceFiles("tests")), word, "finish it, or state the limit in the docs")));

    [Fact]
    public void SourceFiles_OfTheProduct_UseFileScopedNamespacesNamedAfterTheirProject() => AssertNone(
        SourceFiles("src").SelectMany(file => SourceTree.Lines(file)
            .Where(line => line.StartsWith("namespace ", StringComparison.Ordinal))
            .Where(line => !line.EndsWith(';') || !IsInProject(line["namespace ".Length..^1], file.Split('/')[1]))
            .Select(line => $"{file}: \"{line}\" should be a file-scoped namespace of {file.Split('/')[1]}")));

    /// <summary>MessagePack stands in for the package of that name, so that either can be compiled in.</summary>
    private static bool IsInProject(string name, string project) =>
        name == project || name == "MessagePack" || name.StartsWith(project + ".", StringComparison.Ordinal);

    private static IReadOnlyList<string> SourceFiles(string folder) => SourceTree.Files(folder, "*.cs");

    private static IEnumerable<string> Containing(IEnumerable<string> files, string text, string advice) =>
        files.SelectMany(file => SourceTree.Lines(file).Index()
            .Where(line => line.Item.Contains(text, StringComparison.Ordinal))
            .Select(line => $"{file}:{line.Index + 1} contains {text}: {advice}"));

    private static void AssertNone(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}
