using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime.Tests.RunFiles;

public sealed class RunFileTests
{
    private const string Minimal = """
        {
          // comments and trailing commas are allowed
          "data": { "format": "csv", "file": "rows.csv", "labels": -1 },
          "model": {
            "layers": [{ "type": "linear", "units": 4 }, "relu", { "type": "linear", "units": "classes" },],
            "loss": "softmaxCrossEntropy",
          },
          "training": { "batchSize": 32, "epochs": 2, "optimizer": { "type": "sgd", "learningRate": 0.1 } },
        }
        """;

    [Fact]
    public void Parse_LeavesOutWhatHasADefault_FillsItIn()
    {
        RunFile run = RunFile.Parse(Minimal, "/runs/my.json");

        Assert.Equal(8, run.Training.Shards);
        Assert.Equal(1UL, run.Training.Seed);
        Assert.Equal(2, run.Training.Epochs);
        Assert.Null(run.Training.Steps);
        Assert.True(run.Training.Shuffle);
        Assert.True(run.Data.Shuffle);
        Assert.Equal(new UpdateSpec(new SgdSpec(0.1f), new ConstantSpec(), null), run.Training.Update);
        Assert.Equal(new ColumnReference.ByIndex(-1), Assert.Single(Assert.IsType<CsvDataSpec>(run.Data).Labels));
        Assert.Equal(3, run.Checkpoint.Keep);
        Assert.Equal(1, run.Cluster.MinWorkers);
        Assert.False(run.Report.Samples);
    }

    /// <remarks>Runs and checkpoints of before there was the key keep their run hash.</remarks>
    [Fact]
    public void Parse_LabelSmoothing_ReachesTheLoss_AndStaysAwayWhereItIsNotGiven()
    {
        RunFile smoothed = RunFile.Parse(
            Minimal.Replace("\"softmaxCrossEntropy\"", """{ "type": "softmaxCrossEntropy", "labelSmoothing": 0.1 }""",
                StringComparison.Ordinal),
            "/runs/my.json");
        RunFile plain = RunFile.Parse(Minimal, "/runs/my.json");

        Assert.Equal(new SoftmaxCrossEntropySpec(0.1f), smoothed.ResolveModel(new Shape(3), 2).Loss);
        Assert.Equal(new SoftmaxCrossEntropySpec(), plain.ResolveModel(new Shape(3), 2).Loss);
        Assert.DoesNotContain("labelSmoothing", plain.ToJson(), StringComparison.Ordinal);
    }

    public static TheoryData<string, ScheduleSpec> Schedules => new()
    {
        { "\"constant\"", new ConstantSpec() },
        { """{ "type": "constant", "warmupSteps": 5 }""", new ConstantSpec(5) },
        { """{ "type": "step", "everySteps": 3, "factor": 0.5 }""", new StepSpec(3, 0.5f) },
        { """{ "type": "step", "everySteps": 3, "factor": 0.5, "warmupSteps": 5 }""", new StepSpec(3, 0.5f, 5) },
        { """{ "type": "cosine", "warmupSteps": 5 }""", new CosineSpec(5) },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Parse_ASchedule_TakesItsWarmup(string json, ScheduleSpec expected) => Assert.Equal(
        expected, RunFile.Parse(Minimal, "/runs/my.json", $"training.schedule={json}").Training.Update.Schedule);

    /// <remarks>As with labelSmoothing: the run hash of before there was the key is kept.</remarks>
    [Fact]
    public void Parse_NoWarmup_StaysAway() => Assert.DoesNotContain(
        "warmupSteps", RunFile.Parse(Minimal, "/runs/my.json").ToJson(), StringComparison.Ordinal);

    [Fact]
    public void OnOneMachine_NoSizeOfBuckets_TakesLargerOnes()
    {
        RunFile run = RunFile.Parse(Minimal, "/runs/my.json");
        Assert.Null(run.Cluster.BucketKiB);

        RunFile here = run.OnOneMachine();

        Assert.Equal(ClusterSpec.BucketKiBOnOneMachine, here.Cluster.BucketKiB);
        Assert.Equal(here.ToJson(), RunFile.Parse(run.ToJson(), "/runs/my.json", "cluster.bucketKiB=1024").ToJson());
        Assert.Equal("/runs/my.json", here.Name);
    }

    [Fact]
    public void OnOneMachine_SizeOfBucketsInTheFile_IsKept()
    {
        RunFile run = RunFile.Parse(Minimal, "/runs/my.json", "cluster.bucketKiB=64");
        Assert.Equal(64, run.OnOneMachine().Cluster.BucketKiB);
        Assert.Contains("\"bucketKiB\":64", run.ToJson().Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_ParsedAgainElsewhere_GivesTheSameText()
    {
        string canonical = RunFile.Parse(Minimal, "/runs/my.json").ToJson();

        Assert.Equal(canonical, RunFile.Parse(canonical, "/elsewhere/run.json").ToJson());
        Assert.Contains("\"/runs/rows.csv\"", canonical, StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_NumbersOfAllKinds_KeepTheirValue()
    {
        string json = Minimal.Replace("0.1", "1.00000000001e-7", StringComparison.Ordinal);

        RunFile again = RunFile.Parse(RunFile.Parse(json, "/runs/my.json").ToJson(), "/runs/my.json");

        Assert.Equal((float)1.00000000001e-7, again.Training.Update.Optimizer.LearningRate);
    }

    [Theory]
    [InlineData("\"batchSize\"", "\"batchsize\"",
        "my.json line 8: training.batchsize is unknown; did you mean training.batchSize?")]
    [InlineData("\"epochs\"", "\"epocsh\"", "my.json line 8: training.epocsh is unknown; did you mean training.epochs?")]
    [InlineData("\"epochs\": 2, ", "",
        "my.json line 8: neither training.epochs nor training.steps is given; expected one of them")]
    [InlineData("\"epochs\": 2", "\"epochs\": 2, \"steps\": 5",
        "my.json line 8: both training.epochs and training.steps are given; expected one of them")]
    [InlineData("\"batchSize\": 32", "\"batchSize\": 0",
        "my.json line 8: training.batchSize is 0; expected a whole number from 1 to 16777216")]
    [InlineData("\"batchSize\": 32", "\"batchSize\": \"many\"",
        "my.json line 8: training.batchSize is the text \"many\"; expected a whole number from 1 to 16777216")]
    [InlineData("\"batchSize\": 32", "\"batchSize\": 2.5",
        "my.json line 8: training.batchSize is 2.5; expected a whole number from 1 to 16777216")]
    [InlineData("\"batchSize\": 32, ", "",
        "my.json line 8: training.batchSize is missing (rows of one batch); expected a whole number from 1 to 16777216")]
    [InlineData("\"learningRate\": 0.1", "\"learningRate\": 0",
        "my.json line 8: training.optimizer.learningRate is 0; expected a number, above 0")]
    [InlineData("\"learningRate\": 0.1", "\"learningRate\": 1e39",
        "my.json line 8: training.optimizer.learningRate is 1E+39, which is infinite in float32; expected a number, above 0")]
    [InlineData("\"learningRate\": 0.1", "\"learningRate\": 1e-50",
        "my.json line 8: training.optimizer.learningRate is 1E-50, which is 0 in float32; expected a number, above 0")]
    [InlineData("\"learningRate\": 0.1", "\"learningRate\": 0.1, \"momentum\": 0.99999999999",
        "my.json line 8: training.optimizer.momentum is 0.99999999999, which is 1 in float32; expected a number, 0 or more and below 1")]
    [InlineData("\"learningRate\": 0.1", "\"learningRate\": 0.1, \"nesterov\": true",
        "my.json line 8: training.optimizer.nesterov is true, but momentum is 0; give a momentum, as in 0.9")]
    [InlineData("\"epochs\": 2", "\"epochs\": 2, \"schedule\": { \"type\": \"constant\", \"warmupSteps\": -1 }",
        "my.json line 8: training.schedule.warmupSteps is -1; expected a whole number, 0 or more")]
    [InlineData("\"sgd\"", "\"sdg\"", "my.json line 8: training.optimizer.type is \"sdg\"; did you mean \"sgd\"?")]
    [InlineData("\"relu\"", "\"gulp\"", "my.json line 5: model.layers[1] is \"gulp\"; did you mean \"gelu\"?")]
    [InlineData("\"relu\"", "\"\\ud800\"", "my.json line 5: \\ud800 has half of a character (\\uD800 to \\uDFFF stand in pairs)")]
    [InlineData("\"units\": 4", "\"units\": 4, \"units\": 5",
        "my.json line 5: units is given twice (first on line 5); remove one of them")]
    [InlineData("\"units\": 4", "\"units\": \"clases\"",
        "my.json line 5: model.layers[0].units is the text \"clases\"; expected a whole number from 1 to 16777216, or \"classes\"")]
    [InlineData("\"units\": 4", "\"neurons\": 4",
        "my.json line 5: model.layers[0].neurons is unknown; known here: units, bias, initialWeight, initialBias, name")]
    [InlineData("\"csv\"", "\"xlsx\"", "my.json line 3: data.format is \"xlsx\"; expected \"csv\", \"idx\", \"npy\" or \"synthetic\"")]
    [InlineData("\"labels\": -1", "\"labels\": -1, \"testRows\": 5, \"testFraction\": 0.5",
        "my.json line 3: data.testRows and data.testFraction say the same thing; remove one of them")]
    [InlineData("\"labels\": -1", "\"labels\": -1, \"features\": 0, \"ignore\": 1",
        "my.json line 3: data.features and data.ignore say the same thing; remove one of them")]
    [InlineData("\"labels\": -1", "\"labels\": -1, \"delimiter\": \"ab\"",
        "my.json line 3: data.delimiter is the text \"ab\"; expected one character, as in \";\"")]
    [InlineData("\"labels\": -1", "\"labels\": -1, \"shape\": [65536, 65536]",
        "my.json line 3: data.shape is [65536, 65536]; expected 2,147,483,647 elements at most")]
    [InlineData("\"labels\": -1", "\"labels\": -1, \"testFile\": \"a\\u0000b\"",
        "my.json line 3: data.testFile is the text \"a\0b\"; expected a file's path")]
    [InlineData("\"loss\": \"softmaxCrossEntropy\"", "\"loss\": { \"type\": \"softmaxCrossEntropy\", \"labelSmoothing\": 1 }",
        "my.json line 6: model.loss.labelSmoothing is 1; expected a number, 0 or more and below 1")]
    [InlineData("\"loss\": \"softmaxCrossEntropy\"", "\"loss\": 5",
        "my.json line 6: model.loss is 5; expected a loss: an object with \"type\"")]
    public void Parse_SomethingIsWrong_SaysWhatAndWhere(string right, string wrong, string message)
    {
        string json = Minimal.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Minimal, json);

        Assert.Equal(message, Assert.Throws<RunFileException>(() => RunFile.Parse(json, "my.json")).Message);
    }

    [Theory]
    [InlineData("", "my.json line 1: this is not JSON: ")]
    [InlineData("{ \"data\": }", "my.json line 1: this is not JSON: ")]
    [InlineData("{\n\n \"data\": 5", "my.json line 3: this is not JSON: ")]
    [InlineData("[1, 2]", "my.json line 1: the run file is a list; ")]
    [InlineData("{ \"data\": 1e999 }", "my.json line 1: 1e999 is too large")]
    public void Parse_NotARunFile_SaysWhatAndWhere(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<RunFileException>(() => RunFile.Parse(json, "my.json")).Message, StringComparison.Ordinal);

    /// <remarks>Whoever names the table in place of the run file shall not see all of it again.</remarks>
    [Theory]
    [InlineData("time,load\r\n1,2\n", "my.json line 1: this is not JSON: 'time,load…")]
    [InlineData("time,temperature_outside,temperature_inside,humidity_outside,humidity_inside,wind_north,wind_east,load",
        "my.json line 1: this is not JSON: 'time,temperature_outside,temperature_inside,humidity_outside,humidity_inside,wind_north,wind_east,l…")]
    public void Parse_ATableInPlaceOfARunFile_QuotesItsStart(string text, string message) =>
        Assert.Equal(
            $"{message}; expected a run file, as in examples/digits/run.json",
            Assert.Throws<RunFileException>(() => RunFile.Parse(text, "my.json")).Message);

    [Fact]
    public void Load_AFolder_NamesTheRunFileInIt()
    {
        using var folder = new TemporaryFolder();
        string empty = Directory.CreateDirectory(folder["empty"]).FullName;
        folder.Write("run.json", Minimal);

        Assert.Equal(
            $"{folder.Path} is a folder; did you mean {folder["run.json"]}?",
            Assert.Throws<RunFileException>(() => RunFile.Load(folder.Path, [])).Message);
        Assert.Equal(
            $"{empty} is a folder; expected a run file, as in examples/digits/run.json",
            Assert.Throws<RunFileException>(() => RunFile.Load(empty, [])).Message);
    }

    [Fact]
    public void Load_NoSuchFile_SaysSo() => Assert.Equal(
        "/nowhere/run.json: there is no such file; expected a run file, as in examples/digits/run.json",
        Assert.Throws<RunFileException>(() => RunFile.Load("/nowhere/run.json", [])).Message);
}
