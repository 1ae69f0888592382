using System.Globalization;
using System.Reflection;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka;

/// <summary>Lays a node's settings over akka.conf: flags first, then the user's file, then the engine's defaults.</summary>
internal static class NodeConfiguration
{
    /// <exception cref="ConfigurationException">The user's text is no HOCON.</exception>
    public static Config ConfigOf(NodeSettings settings) => ConfigurationFactory.ParseString(Flags(settings))
        .WithFallback(ConfigurationFactory.ParseString(settings.Overrides))
        .WithFallback(Defaults)
        .WithFallback(ClusterSingleton.DefaultConfig());

    /// <param name="write">Takes the actor system's log, a line each.</param>
    public static ActorSystemSetup SetupOf(NodeSettings settings, Action<LogLevel, string> write)
    {
        ActorSystemSetup setup = BootstrapSetup.Create().WithConfig(ConfigOf(settings)).And(new RunLogSetup(write));
        return settings.Tls is { } tls ? setup.And(SslOf(tls)) : setup;
    }

    public static string AddressOf(string hostAndPort, bool hasTls) =>
        $"akka.{(hasTls ? "ssl." : "")}tcp://{NodeSettings.SystemName}@{hostAndPort}";

    /// <summary>
    /// Mutual TLS, judged by <see cref="PeerCertificates"/> on both sides. The name dialled is not compared: nodes go by
    /// addresses that nobody knew when the certificates were made, and a certificate of the authority is the admission.
    /// </summary>
    private static DotNettySslSetup SslOf(TlsIdentity tls) => new(
        tls.Certificate,
        suppressValidation: false,
        requireMutualAuthentication: true,
        validateCertificateHostname: false,
        customValidator: (certificate, _, peer, _, log) =>
        {
            string? reason = PeerCertificates.ReasonToRefuse(certificate, tls.Authorities, DateTimeOffset.UtcNow);
            if (reason is not null)
            {
                log.Warning("{0} was refused: {1}", Refusals.PeerName(peer), reason);
            }

            return reason is null;
        });

    private static string Flags(NodeSettings settings)
    {
        bool hasTls = settings.Tls is not null;
        string seeds = string.Join(", ", settings.Seeds.Select(seed => Quote(AddressOf(seed, hasTls))));
        return string.Create(CultureInfo.InvariantCulture, $$"""
            akka.remote.dot-netty.tcp {
              hostname = {{Quote(settings.ListenHost)}}
              public-hostname = {{Quote(settings.AdvertisedHost)}}
              port = {{settings.ListenPort}}
              enable-ssl = {{(hasTls ? "true" : "false")}}
            }
            akka.cluster {
              roles = [{{Quote(settings.Role)}}]
              seed-nodes = [{{seeds}}]
            }
            """);
    }

    /// <summary>As a HOCON text in quotes.</summary>
    public static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static Config Defaults { get; } = ReadDefaults();

    private static Config ReadDefaults()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("DistTrain.Akka.akka.conf")
            ?? throw new InvalidOperationException("akka.conf is not in the assembly");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
