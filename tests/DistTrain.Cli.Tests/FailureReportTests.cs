namespace DistTrain.Cli.Tests;

/// <summary>Failures of the machine that no test can bring about everywhere.</summary>
public sealed class FailureReportTests
{
    [Fact]
    public void Report_OfMemoryBehindAnotherFailure_SaysWhatToDo() => Assert.Equal(
        (1, "out of memory: use a smaller training.batchSize or model, fewer workers or threads, or a machine with more memory"),
        Report(new TypeInitializationException("Some.Type", new InsufficientMemoryException())));

    /// <summary>So the runtime calls it where it gets neither memory nor a file handle for one of its own files.</summary>
    [Fact]
    public void Report_OfAPartThatCannotBeLoaded_NamesIt() => Assert.Equal(
        (1, "System.Some.Part, a part of the program, cannot be loaded: memory or open files (ulimit -n) do not suffice, or the "
            + "installation is incomplete"),
        Report(new FileNotFoundException("Could not load file or assembly.\n", "System.Some.Part, Version=10.0.0.0, Culture=neutral")));

    private static (int Code, string Sentence) Report(Exception failure)
    {
        using var output = new StringWriter();
        int code = Failure.Report(failure, output);
        return (code, output.ToString().TrimEnd());
    }
}
