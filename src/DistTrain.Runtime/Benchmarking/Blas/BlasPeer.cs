using System.Diagnostics;
using System.Globalization;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>
/// OpenBLAS in a process of its own, because one setting holds for a process: as it comes, or with a core type forced.
/// It computes only while it is asked for a sample.
/// </summary>
internal sealed class BlasPeer : IDisposable
{
    public const string ReadyWord = "ready";

    public const string SampleWord = "sample";

    private readonly Process _child;

    private BlasPeer(Process child, string coreName)
    {
        _child = child;
        CoreName = coreName;
    }

    /// <summary>The processor family whose kernels the library uses.</summary>
    public string CoreName { get; }

    /// <param name="child">Runs <see cref="BlasChild"/>.</param>
    /// <param name="coreType">Forced on the library; null: its own choice.</param>
    /// <returns>Null where the library is not installed.</returns>
    public static BlasPeer? TryStart(ProcessCommand child, string? coreType)
    {
        var start = new ProcessStartInfo(child.Program, child.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[OpenBlas.ThreadsVariable] = "1";
        start.Environment.Remove(OpenBlas.CoreTypeVariable);
        if (coreType is not null)
        {
            start.Environment[OpenBlas.CoreTypeVariable] = coreType;
        }

        Process process = Process.Start(start) ?? throw new TrainingException($"{child.Program} cannot be started");
        string? coreName = process.StandardOutput.ReadLine();
        if (!string.IsNullOrEmpty(coreName))
        {
            return new BlasPeer(process, coreName);
        }

        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        return null;
    }

    public void Prepare(in ProductCase product, double sampleSeconds)
    {
        string answer = Ask(string.Create(
            CultureInfo.InvariantCulture, $"{product.Form} {product.M} {product.N} {product.K} {sampleSeconds}"));
        if (answer != ReadyWord)
        {
            throw new TrainingException($"the process that times OpenBLAS answered \"{answer}\", expected {ReadyWord}");
        }
    }

    /// <returns>Seconds of one call.</returns>
    public double Sample() => double.Parse(Ask(SampleWord), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _child.StandardInput.Close();
        _child.WaitForExit();
        _child.Dispose();
    }

    private string Ask(string question)
    {
        _child.StandardInput.WriteLine(question);
        return _child.StandardOutput.ReadLine()
            ?? throw new TrainingException("the process that times OpenBLAS ended early; its error output says why");
    }
}
