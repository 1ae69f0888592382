using System.Diagnostics;

namespace DistTrain.Runtime.Tests.Output;

public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_RegularFile_IsReplacedAndNothingElseIsTouched()
    {
        string path = _folder["rows.csv"];
        File.WriteAllText(path, "old");
        File.WriteAllText(path + ".tmp", "the user's");

        Assert.Equal(3, OutputFile.Write(path, Text("new")));

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal("the user's", File.ReadAllText(path + ".tmp"));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Write_NewFile_IsThere()
    {
        OutputFile.Write(_folder["rows.csv"], Text("new"));

        Assert.Equal("new", File.ReadAllText(_folder["rows.csv"]));
    }

    [Fact]
    public void Write_Failing_LeavesWhatStoodThere()
    {
        string path = _folder["rows.csv"];
        File.WriteAllText(path, "old");

        IOException failure = Assert.Throws<IOException>(() => OutputFile.Write(path, _ => throw new IOException("disk full.")));

        Assert.Equal($"--output: \"{path}\" cannot be written (disk full); name another file", failure.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("missing/rows.csv")]
    [InlineData(".")]
    public void Write_WhereNothingCanBeWritten_NamesThePathAsGiven(string name)
    {
        string path = Path.Combine(_folder.Path, name);

        string message = Assert.Throws<IOException>(() => OutputFile.Write(path, Text("new"))).Message;

        Assert.StartsWith($"--output: \"{path}\" cannot be written (", message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Write_ThroughALink_WritesWhatItLeadsTo()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need rights there");
        File.CreateSymbolicLink(_folder["link.csv"], "real.csv");

        OutputFile.Write(_folder["link.csv"], Text("new"));

        Assert.Equal("real.csv", new FileInfo(_folder["link.csv"]).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder["real.csv"]));
    }

    [SkippableFact]
    public async Task Write_ToAPipe_WritesIntoIt()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "makes a named pipe");
        string pipe = _folder["pipe"];
        Process.Start("mkfifo", pipe).WaitForExit();
        Task<string> read = Task.Run(() => File.ReadAllText(pipe));

        File.CreateSymbolicLink(_folder["link"], pipe);

        Assert.Null(OutputFile.Write(_folder["link"], Text("new")));

        Assert.Equal("new", await read);
        File.Delete(_folder["link"]);
        Assert.Equal([pipe], Directory.GetFiles(_folder.Path));
    }

    private static Action<Stream> Text(string text) => stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
}
