using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Akka.Configuration;

namespace DistTrain.Akka;

/// <summary>
/// Where a node's options come from, the later over the earlier: akka.conf of the engine, the user's HOCON file, AKKA__
/// variables, --akka-set, and last what the other flags and DISTTRAIN_ variables decide (address, role, seeds, TLS).
/// </summary>
/// <remarks>
/// AKKA__CLUSTER__FAILURE_DETECTOR__THRESHOLD=12 sets akka.cluster.failure-detector.threshold, as is usual with Akka.NET
/// in containers: two underscores are a dot, one is a hyphen. A value may be any HOCON value; what is none is a text.
/// </remarks>
public static class NodeEnvironment
{
    public const string Advertise = "DISTTRAIN_ADVERTISE";
    public const string Port = "DISTTRAIN_AKKA_PORT";
    public const string Coordinators = "DISTTRAIN_COORDINATORS";
    public const string ConfigFile = "DISTTRAIN_AKKA_CONFIG";

    /// <summary>Fills in from this process's environment what the flags left open.</summary>
    /// <param name="configFile">A HOCON file; null: the one that the environment names, if any.</param>
    /// <param name="settings">path=value, each over those before.</param>
    /// <exception cref="NodeSettingsException">A file that cannot be read, text that is no HOCON, an address or port that is none.</exception>
    public static AkkaOptions Complete(AkkaOptions flags, string? configFile, IReadOnlyList<string> settings) =>
        Complete(flags, configFile, settings, Environment.GetEnvironmentVariables());

    internal static AkkaOptions Complete(
        AkkaOptions flags, string? configFile, IReadOnlyList<string> settings, IDictionary environment)
    {
        var hocon = new StringBuilder();
        string? file = configFile ?? Text(environment, ConfigFile);
        if (file is not null)
        {
            hocon.AppendLine(ReadFile(file));
        }

        foreach ((string path, string value) in FromVariables(environment).Concat(settings.Select(Split)))
        {
            hocon.AppendLine(Setting(path, value));
        }

        ImmutableArray<string> coordinators = flags.OtherCoordinators.IsEmpty
            ? [.. (Text(environment, Coordinators) ?? "")
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : flags.OtherCoordinators;
        foreach (string coordinator in coordinators)
        {
            _ = AkkaOptions.SeedOf(coordinator);
        }

        return flags with
        {
            AdvertisedHost = ReadHost("--advertise", flags.AdvertisedHost) ?? ReadHost(Advertise, Text(environment, Advertise)),
            Port = flags.Port ?? ReadPort(Text(environment, Port)),
            OtherCoordinators = coordinators,
            Overrides = hocon.ToString(),
        };
    }

    /// <summary>In order of their names, so that the result does not hang on the order of the environment.</summary>
    private static IEnumerable<(string Path, string Value)> FromVariables(IDictionary environment) => environment.Keys
        .Cast<string>()
        .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal)
        .Select(name => (PathOf(name), $"{environment[name]}"));

    private static string PathOf(string name)
    {
        string[] parts = name.ToLowerInvariant().Split("__");
        return parts.All(static part => part.Length > 0)
            ? string.Join('.', parts.Select(part => part.Replace('_', '-')))
            : throw new NodeSettingsException($"{name} names no setting; expected one as in AKKA__LOGLEVEL for akka.loglevel");
    }

    private static (string Path, string Value) Split(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (setting[..equals].Trim(), setting[(equals + 1)..].Trim())
            : throw new NodeSettingsException($"--akka-set: {setting} is no setting; expected path=value, as in akka.loglevel=INFO");
    }

    /// <summary>As HOCON where the value is some, else as a quoted text: an address has colons, which HOCON would read.</summary>
    private static string Setting(string path, string value)
    {
        string plain = $"{path} = {value}";
        return IsHocon(plain, path) ? plain : $"{path} = {NodeConfiguration.Quote(value)}";
    }

    private static bool IsHocon(string text, string path)
    {
        try
        {
            return ConfigurationFactory.ParseString(text).HasPath(path);
        }
#pragma warning disable CA1031 // The parser throws whatever its lexer met: any failure means the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static string ReadFile(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new NodeSettingsException($"the Akka configuration {file} cannot be read: {failure.Message}", failure);
        }

        try
        {
            _ = ConfigurationFactory.ParseString(text);
            return text;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw new NodeSettingsException($"{file} is no HOCON: {failure.Message.Split('\n')[0].TrimEnd('.', '\r')}", failure);
        }
    }

    /// <returns>An IPv6 address without its brackets, if it came with any.</returns>
    private static string? ReadHost(string source, string? text) => text is null ? null
        : AkkaOptions.HostOf(text) ?? AkkaOptions.HostOf($"[{text}]")
        ?? throw new NodeSettingsException($"{source}: {text} is no host, expected a name or an address, without a port");

    private static int? ReadPort(string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535 ? port
        : throw new NodeSettingsException($"{Port}: {text} is no port, expected 1 to 65535");

    private static string? Text(IDictionary environment, string name) =>
        environment[name] is string { Length: > 0 } text ? text : null;

    private const string Prefix = "AKKA__";
}
