using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DistTrain.Protocol.Tests;

/// <summary>The machines open nothing, await nothing, read no clock and draw nothing: checked in the compiled code.</summary>
public sealed class PurityTests
{
    private static readonly string[] ForbiddenTypes =
    [
        "DateTime", "DateTimeOffset", "Stopwatch", "Random", "Guid", "Task", "Thread", "ThreadPool", "Timer", "File",
        "Directory", "FileStream", "Socket", "Environment", "Console", "Process", "TimeProvider", "RandomNumberGenerator",
    ];

    [Fact]
    public void Protocol_UsesNoClockThreadFileSocketOrRandomSource()
    {
        using PEReader file = new(File.OpenRead(typeof(CoordinatorProtocol).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        string[] used =
        [
            .. metadata.TypeReferences.Select(handle => metadata.GetString(metadata.GetTypeReference(handle).Name)),
        ];
        Assert.Contains("Exception", used);
        Assert.Empty(used.Intersect(ForbiddenTypes));
    }
}
