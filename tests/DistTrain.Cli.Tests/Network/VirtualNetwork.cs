using System.Diagnostics;

namespace DistTrain.Cli.Tests.Network;

/// <summary>
/// Several hosts on one machine: a network namespace each, joined by virtual links to a bridge in the first one. Needs root
/// and iproute2; gone after the test, whatever happened in it.
/// </summary>
/// <remarks>Addresses are 10.77.0.1 for the hub and 10.77.0.10 + n for host n. Nothing outside reaches them.</remarks>
internal sealed class VirtualNetwork : IDisposable
{
    private const string Bridge = "dtbridge";
    private static int s_networks;

    private readonly string _prefix = $"dt{Environment.ProcessId}n{Interlocked.Increment(ref s_networks)}";
    private readonly List<string> _namespaces = [];
    private readonly Dictionary<int, SlowWire> _wires = [];

    public VirtualNetwork()
    {
        try
        {
            Hub = AddNamespace("hub");
            RunIn(Hub, "ip", "link", "add", Bridge, "type", "bridge");
            RunIn(Hub, "ip", "address", "add", $"{HubAddress}/24", "dev", Bridge);
            RunIn(Hub, "ip", "link", "set", Bridge, "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public const string HubAddress = "10.77.0.1";

    /// <summary>The namespace of the first host, to which the others are joined.</summary>
    public string Hub { get; } = "";

    /// <summary>Null: namespaces can be made here. Otherwise why not, in a sentence.</summary>
    public static string? ReasonToSkip()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "network namespaces are a Linux thing";
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return "only root can make network namespaces";
        }

        string probe = $"dt{Environment.ProcessId}probe";
        if (TryRun("ip", "netns", "add", probe) is { } failure)
        {
            return $"no network namespace can be made: {failure}";
        }

        TryRun("ip", "netns", "delete", probe);
        return null;
    }

    /// <summary>A host on a plain link.</summary>
    /// <param name="number">1 to 99.</param>
    /// <returns>Its namespace.</returns>
    public string AddHost(int number)
    {
        string host = AddNamespace($"h{number}");
        Run("ip", "link", "add", Port(number), "netns", Hub, "type", "veth", "peer", "name", "eth0", "netns", host);
        Join(host, number);
        return host;
    }

    /// <summary>A host on a link that delays and loses packets, in both directions.</summary>
    public string AddHost(int number, TimeSpan delay, double lossShare)
    {
        string host = AddNamespace($"h{number}");
        string[] ends = [$"{_prefix}a", $"{_prefix}b"];
        _wires.Add(number, new SlowWire(ends[0], ends[1], delay, lossShare, seed: number));
        Run("ip", "link", "set", ends[0], "netns", Hub, "name", Port(number));
        Run("ip", "link", "set", ends[1], "netns", host, "name", "eth0");
        Join(host, number);
        return host;
    }

    /// <summary>What a host's link did to the packets so far; only of one that delays and loses them.</summary>
    public WireTraffic TrafficOf(int number) => _wires[number].Traffic;

    /// <summary>From now on nothing passes between that host and the others.</summary>
    public void Cut(int number) => RunIn(Hub, "ip", "link", "set", Port(number), "down");

    public void Mend(int number) => RunIn(Hub, "ip", "link", "set", Port(number), "up");

    public void Dispose()
    {
        foreach (string name in _namespaces)
        {
            TryRun("ip", "netns", "delete", name);
        }

        foreach (SlowWire wire in _wires.Values)
        {
            wire.Dispose();
        }
    }

    private static string Port(int number) => $"dtport{number}";

    private string AddNamespace(string name)
    {
        string full = $"{_prefix}-{name}";
        Run("ip", "netns", "add", full);
        _namespaces.Add(full);
        RunIn(full, "ip", "link", "set", "lo", "up");
        return full;
    }

    private void Join(string host, int number)
    {
        RunIn(Hub, "ip", "link", "set", Port(number), "master", Bridge, "up");
        RunIn(host, "ip", "address", "add", $"10.77.0.{10 + number}/24", "dev", "eth0");
        RunIn(host, "ip", "link", "set", "eth0", "up");
    }

    private static void RunIn(string host, params string[] command) => Run(["ip", "netns", "exec", host, .. command]);

    private static void Run(params string[] command)
    {
        if (TryRun(command) is { } failure)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {failure}");
        }
    }

    /// <returns>Null: done. Otherwise what it said.</returns>
    private static string? TryRun(params string[] command)
    {
        try
        {
            var start = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            string errors = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : errors.Length > 0 ? errors : $"exit code {process.ExitCode}";
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return failure.Message;
        }
    }
}
