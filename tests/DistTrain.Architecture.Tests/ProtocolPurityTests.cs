using System.Reflection;
using DistTrain.Protocol;

namespace DistTrain.Architecture.Tests;

/// <summary>The protocol is a pure function of its events: no clock, no chance, no thread, no socket, no file.</summary>
public sealed class ProtocolPurityTests
{
    private static readonly Assembly Protocol = typeof(CoordinatorProtocol).Assembly;

    /// <summary>Whole namespaces whose use means waiting for or changing the world.</summary>
    private static readonly string[] BannedNamespaces =
    [
        "System.Threading.", "System.Net.", "System.IO.", "System.Diagnostics.Process", "System.Timers.",
        "System.Security.Cryptography.RandomNumberGenerator", "Microsoft.Win32.",
    ];

    private static readonly string[] BannedTypes =
    [
        "System.Random", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Console", "System.Environment",
        "System.AppDomain",
    ];

    private static readonly string[] BannedMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Guid.NewGuid",
        "System.Guid.CreateVersion7",
    ];

    /// <summary>Exceptions that happen to live beside files, and the compiler's own helpers.</summary>
    private static readonly string[] Harmless = ["System.IO.InvalidDataException", "System.IO.EndOfStreamException"];

    [Fact]
    public void Protocol_ItsAssembly_UsesNoClockChanceThreadSocketOrFile()
    {
        string[] faults =
        [
            .. AssemblyUses.Types(Protocol)
                .Where(type => BannedTypes.Contains(type)
                    || BannedNamespaces.Any(banned => type.StartsWith(banned, StringComparison.Ordinal)))
                .Except(Harmless),
            .. AssemblyUses.Members(Protocol).Intersect(BannedMembers),
        ];

        Assert.True(
            faults.Length == 0,
            $"src/DistTrain.Protocol uses {string.Join(", ", faults)}: let the shell do it, and hand time, chance or "
            + "data in as an event's argument");
    }

    [Fact]
    public void AssemblyUses_ThisAssembly_SeesTypesAndMembers()
    {
        // A reader that finds nothing would pass every test above.
        DateTime now = DateTime.UtcNow;
        Assert.True(now > default(DateTime));
        Assembly own = typeof(ProtocolPurityTests).Assembly;
        Assert.Contains("System.IO.File", AssemblyUses.Types(own));
        Assert.Contains("System.DateTime.get_UtcNow", AssemblyUses.Members(own));
    }
}
