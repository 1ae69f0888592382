using System.Text.RegularExpressions;

namespace DistTrain.Architecture.Tests;

/// <summary>Dockerfile, compose file and .env speak of the same settings: one that is missing in one of them is silently empty.</summary>
public sealed partial class DeploymentTests
{
    [Fact]
    public void Compose_EachVariable_HasALineInTheEnvironmentFile()
    {
        string[] settings = [.. Setting().Matches(Read(".env")).Select(match => match.Groups[1].Value).Order()];

        Assert.Equal(
            settings,
            Variable().Matches(Read("docker-compose.yml")).Select(match => match.Groups[1].Value).Distinct().Order());
        Assert.All(
            Variable().Matches(Read("deploy/docker-compose.tls.yml")), match => Assert.Contains(match.Groups[1].Value, settings));
    }

    [Fact]
    public void Dockerfile_EachArgument_IsPassedByCompose()
    {
        string compose = Read("docker-compose.yml");

        string[] arguments = [.. Argument().Matches(Read("deploy/Dockerfile")).Select(match => match.Groups[1].Value)];
        Assert.Contains("COMMIT", arguments);
        Assert.All(arguments, name => Assert.Contains($"{name}: \"${{{name}}}\"", compose, StringComparison.Ordinal));
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    [GeneratedRegex("^([A-Z_]+)=", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\$\{([A-Z_]+)\}")]
    private static partial Regex Variable();

    [GeneratedRegex("^ARG ([A-Z_]+)", RegexOptions.Multiline)]
    private static partial Regex Argument();
}
