namespace DistTrain.Cli.Tests;

public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("", "no command is given; expected one of train, ")]
    [InlineData("trian", "trian is unknown; did you mean train?")]
    [InlineData("trian --help", "trian is unknown; did you mean train?")]
    [InlineData("bench kernals --help", "kernals is unknown; did you mean kernels?")]
    [InlineData("help trian", "trian is unknown; did you mean train?")]
    [InlineData("train", "train: RUN.json is missing (The run file); see disttrain train --help")]
    [InlineData("train a.json --workers 0", "--workers: 0 is too small, at least 1 is needed")]
    [InlineData("train a.json --workers two", "--workers: two is not a whole number, expected 1 or more")]
    [InlineData("train a.json --workers 99999999999999999999", "--workers: 99999999999999999999 is not a whole number")]
    [InlineData("train a.json --workers", "--workers: no value is given; expected N")]
    [InlineData("train a.json --threads 0", "--threads: 0 is too small, at least 1 is needed")]
    [InlineData("train a.json --worker 3", "--worker is unknown; did you mean --workers?")]
    [InlineData("train a.json b.json", "b.json is one argument too many for train; see disttrain train --help")]
    [InlineData("train nowhere/a.json", "nowhere/a.json: there is no such file; expected a run file")]
    [InlineData("train README.md", "README.md line 1: this is not JSON: ")]
    [InlineData("train examples/digits/run.json --set training.epochs", "--set training.epochs: expected path=value")]
    [InlineData("train examples/digits/run.json --set training.epochz=2",
        "--set training.epochz=2: training.epochz is unknown; did you mean training.epochs?")]
    [InlineData("coordinator a.json", "coordinator: --listen HOST:PORT is missing")]
    [InlineData("coordinator examples/digits/run.json --listen 7070", "--listen: 7070 is no address; expected HOST:PORT")]
    [InlineData("coordinator examples/digits/run.json --listen 0.0.0.0:0", "listening on 0.0.0.0 would let in anybody")]
    [InlineData("worker", "worker: --join HOST:PORT is missing")]
    [InlineData("worker --join localhost:port", "--join: localhost:port is no address: port is no port; expected HOST:PORT")]
    [InlineData("worker --join [::1:7070", "--join: [::1:7070 has no closing bracket; expected [ADDRESS]:PORT, as in [::1]:7070")]
    [InlineData("worker --join ::1:7070", "--join: ::1:7070 has several colons; an IPv6 address stands in brackets: ")]
    [InlineData("worker --join [::1]", "--join: [::1] is no address; expected HOST:PORT")]
    [InlineData("worker --join [127.0.0.1]:7", "--join: [127.0.0.1]:7: 127.0.0.1 is no IPv6 address; expected [ADDRESS]:PORT")]
    [InlineData("worker --join [fe80::1%none]:7", "--join: [fe80::1%none]:7: this machine has no network interface none")]
    [InlineData("worker --join []:7", "--join: []:7 is no address; expected HOST:PORT")]
    [InlineData("worker --join host:", "--join: host: has no port; expected HOST:PORT")]
    [InlineData("worker --join :7070", "--join: :7070 is no address; expected HOST:PORT")]
    [InlineData("worker --join host:0", "--join: host:0 is no address: ports go from 1 to 65535")]
    [InlineData("worker --join host:65536", "--join: host:65536 is no address: ports go from 1 to 65535")]
    [InlineData("worker --join host:99999999999", "--join: host:99999999999 is no address: ports go from 1 to 65535")]
    [InlineData("coordinator a.json --listen :0", "--listen: :0 is no address; expected HOST:PORT")]
    [InlineData("status http://host:7070", "HOST:PORT: http://host:7070 is a URL; expected HOST:PORT")]
    [InlineData("status host:7070/", "HOST:PORT: host:7070/ is no address: 7070/ is no port; expected HOST:PORT")]
    [InlineData("status", "status: HOST:PORT is missing")]
    [InlineData("plan", "plan: RUN.json is missing (The run file); see disttrain plan --help")]
    [InlineData("plan a.json --workers 0", "--workers: 0 is no number from 1 to 4096; expected 8, or 1,2,4, or 1..64")]
    [InlineData("plan a.json --workers 8..2", "--workers: 8..2 ends before it begins; expected the smaller number first")]
    [InlineData("plan a.json --bandwidth 10", "--bandwidth: 10 is not a bandwidth; expected 10Gbit, 500Mbit or 100MB/s")]
    [InlineData("plan a.json --bandwidth 0Gbit", "--bandwidth: 0Gbit is too small, expected more than 0")]
    [InlineData("plan a.json --latency soon", "--latency: soon is not a time; expected 100us, 5ms or 1s")]
    [InlineData("plan a.json --fan-in 1", "--fan-in: 1 is not 0, nor a number from 2 to 4096")]
    [InlineData("plan a.json --local --latency 1ms", "--local measures this machine's own links; leave out --bandwidth")]
    public async Task WrongUse_OneSentenceAndExitCode2(string arguments, string sentence)
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith(sentence, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.TrimEnd().Split('\n'));
    }

    /// <summary>Empty ones are what a shell gives for a variable that is not set.</summary>
    [Theory]
    [InlineData("train: RUN.json is empty (The run file); see disttrain train --help", "train", "")]
    [InlineData("--out: the value is empty; expected DIR", "train", "examples/iris/run.json", "--out", "")]
    [InlineData("--data-dir: the value is empty; expected DIR", "worker", "--join", "localhost:7070", "--data-dir", "")]
    [InlineData("predict: OUT_DIR is empty (The output folder of a run); see ", "predict", "", "--input", "a.csv")]
    [InlineData("--input: the value is empty; expected FILE", "predict", "runs/digits", "--input", "")]
    [InlineData("--name: expected 200 characters at most, and no line breaks", "worker", "--join", "localhost:7070", "--name", "a\nb")]
    [InlineData("--train excludes --validation; leave one out", "evaluate", "runs/digits", "--train", "--validation")]
    public async Task WrongUse_OfOddValues_OneSentenceAndExitCode2(string sentence, params string[] arguments)
    {
        CommandResult result = await DistTrainCommand.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(sentence, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("train")]
    [InlineData("coordinator")]
    [InlineData("worker")]
    [InlineData("status")]
    [InlineData("plan")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    [InlineData("export")]
    [InlineData("compare")]
    [InlineData("aggregator")]
    [InlineData("bench")]
    [InlineData("bench kernels")]
    [InlineData("bench models")]
    [InlineData("bench exchange")]
    [InlineData("certificates")]
    [InlineData("schema")]
    public async Task Help_EveryCommand_EndsInAnExample(string command)
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        CommandResult asWord = await DistTrainCommand.RunAsync(
            ["help", .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Errors);
        Assert.Contains($"  disttrain {command}", result.Output[result.Output.IndexOf("Example", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
        Assert.Equal((0, result.Output), (asWord.ExitCode, asWord.Output));
    }
}
