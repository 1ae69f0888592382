namespace DistTrain.Architecture.Tests;

/// <summary>The files of the checkout that these tests were built from.</summary>
internal static class SourceTree
{
    /// <returns>Paths relative to the root, with forward slashes; build output is left out.</returns>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal)
                && !path.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public static string[] Lines(string relativePath) => File.ReadAllLines(Path.Combine(Repository.Root, relativePath));
}
