using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka;

/// <summary>What both kinds of node do to start and end their actor system.</summary>
internal static class AkkaNode
{
    /// <param name="say">Takes the actor system's log: warnings and errors, more where akka.loglevel says so.</param>
    /// <param name="news">Keeps warnings from being repeated, here and in the lives that follow.</param>
    /// <exception cref="TrainingException">The address cannot be listened on, or the configuration is wrong.</exception>
    public static ActorSystem Start(NodeSettings settings, Action<string> say, NewsFilter news)
    {
        ActorSystem? system = null;
        try
        {
            system = ActorSystem.Create(
                NodeSettings.SystemName,
                NodeConfiguration.SetupOf(settings, (level, line) =>
                {
                    if (level < LogLevel.WarningLevel || news.IsNews(MonotonicClock.Now, Refusals.NewsOf(line), out _))
                    {
                        say(line);
                    }
                }));

            // Its settings are read now; what is wrong with them is told like the rest.
            _ = Cluster.Get(system).DowningProvider;
            return system;
        }
#pragma warning disable CA1031 // Akka reports a busy port and a wrong setting as whatever its transport threw, often wrapped.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _ = system?.Terminate();
            string hint = settings.Overrides.Length == 0 ? "" : "; look at --akka-config, --akka-set and AKKA__ variables";
            throw new TrainingException(
                $"the Akka node cannot start on {AkkaOptions.AddressOf(settings.ListenHost, settings.ListenPort)}: "
                + $"{failure.GetBaseException().Message.Split('\n')[0].TrimEnd('.', '\r', ' ', ':')}{hint}", failure);
        }
    }

    /// <summary>Leaves the cluster in good order, if it is in one, and ends the actor system.</summary>
    /// <param name="timeMax">
    /// While a member is out of reach nobody can leave. After this time the node just ends, and is taken out like a lost one.
    /// </param>
    public static async Task LeaveAsync(ActorSystem system, TimeSpan timeMax)
    {
        // Joining counts: the others may know already that it is in.
        if (Cluster.Get(system).SelfMember.Status is not (MemberStatus.Removed or MemberStatus.Down))
        {
            Task leaving = CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
            await leaving.WaitAsync(timeMax).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await system.Terminate().WaitAsync(EndTimeMax).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Akka.Remote cannot ask for a token. With certificates it is mutual TLS with those; with a token alone, mutual TLS
    /// with an authority derived from it; with neither, plain.
    /// </summary>
    /// <returns>Null: plain. The caller disposes it, unless it is the one given.</returns>
    /// <exception cref="CredentialException">The token is too short to derive keys from.</exception>
    public static TlsIdentity? IdentityOf(TlsIdentity? tls, string token) =>
        tls ?? (token.Length > 0 ? TokenAuthority.Derive(new ClusterToken(token), DateTimeOffset.UtcNow) : null);

    /// <summary>The address of this machine through which packets to that host leave.</summary>
    /// <exception cref="NoRouteException">There is no such host, or no network towards it.</exception>
    public static IPAddress AddressTowards(string host, int port)
    {
        try
        {
            IPAddress target = Dns.GetHostAddresses(host)
                .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
            using var probe = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(target, port == 0 ? 1 : port);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (Exception failure) when (failure is SocketException or InvalidOperationException)
        {
            throw new NoRouteException($"there is no way to {host} ({failure.Message.TrimEnd('.')})", failure);
        }
    }

    /// <summary>Before a node that lost its cluster starts a new actor system.</summary>
    public static readonly TimeSpan PauseBetweenLives = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EndTimeMax = TimeSpan.FromSeconds(10);
}
