using System.Diagnostics;
using System.Globalization;

namespace DistTrain.Soak;

/// <summary>A control group of Linux that gives one process a fixed share of a core (version 1 or 2; needs root).</summary>
internal sealed class CpuQuota : IDisposable
{
    /// <summary>Short, so that a step sees a slow worker and not one that runs and stands.</summary>
    private const long PeriodMicroseconds = 10_000;

    private const string Version1 = "/sys/fs/cgroup/cpu";
    private const string Version2 = "/sys/fs/cgroup";

    private readonly string _folder;
    private readonly bool _isVersion1;

    /// <exception cref="InvalidOperationException">This machine offers no control groups to this user.</exception>
    public CpuQuota(Process process, double cores)
    {
        _isVersion1 = File.Exists(Path.Combine(Version1, "cpu.cfs_quota_us"));
        _folder = Path.Combine(_isVersion1 ? Version1 : Version2, $"disttrain-soak-{process.Id}");
        try
        {
            Directory.CreateDirectory(_folder);
            Set(cores);
            File.WriteAllText(Path.Combine(_folder, "cgroup.procs"), process.Id.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"no CPU quota can be set in {_folder} ({error.Message}); run it as root where cgroups have the cpu controller",
                error);
        }
    }

    public void Set(double cores)
    {
        long quota = (long)(cores * PeriodMicroseconds);
        if (_isVersion1)
        {
            File.WriteAllText(
                Path.Combine(_folder, "cpu.cfs_period_us"), PeriodMicroseconds.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(_folder, "cpu.cfs_quota_us"), quota.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            File.WriteAllText(
                Path.Combine(_folder, "cpu.max"), string.Create(CultureInfo.InvariantCulture, $"{quota} {PeriodMicroseconds}"));
        }
    }

    /// <summary>After the process has ended.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder);
        }
    }
}
