namespace DistTrain.Runtime.RunFiles;

/// <summary>The run file's optional sections: checkpoint, cluster, report.</summary>
internal static class OtherSections
{
    public static readonly MapShape Checkpoint = new("When the run's state is written, so that it can be resumed.",
        MapKey.Number("everySteps", new IntegerShape(0), 0, "Steps between checkpoints; 0: by time alone."),
        MapKey.Number("everySeconds", new NumberShape(min: 0), 30, "Seconds between checkpoints; 0: by steps alone."),
        MapKey.Number("keep", new IntegerShape(1), 3, "Checkpoints kept, the newest ones."),
        MapKey.Optional("best", TrainingSection.Metric, "Also keep the best model by this figure of the evaluated part: best.safetensors."));

    public static readonly MapShape Cluster = new("How the work is shared; changes nothing in what comes out.",
        MapKey.Number("minWorkers", new IntegerShape(1), 1, "The run waits for so many workers; flags win."),
        MapKey.Optional("waitForWorkersSeconds", new NumberShape(above: 0),
            "Seconds after which a run without enough workers fails. Default: it waits for ever."),
        MapKey.Optional("fanIn", new IntegerShape(2, 4096),
            "The most children of a node: with more workers, aggregators add sums in between. Default: no aggregators."),
        MapKey.Optional("bucketKiB", new IntegerShape(1, 1 << 20),
            "Weights and sums travel in buckets along the borders of layers, each as soon as it is ready; so large at least. "
            + "Small ones hide more of the exchange behind computing, large ones need fewer messages. Default: 512, and 1024 "
            + "where train keeps all workers on one machine."));

    public static readonly MapShape Report = new("What is printed beside the usual figures.",
        MapKey.Flag("samples", false,
            "Print each training sample's output, loss and class, and the weights, before and after. For tiny data."),
        MapKey.Number("threshold", new NumberShape(), 0.5, "Output from which a sample counts as class 1."));

    public static CheckpointSpec BindCheckpoint(JsonMap section) => new()
    {
        EverySteps = section.Integer("everySteps"),
        EverySeconds = section.Double("everySeconds"),
        Keep = section.Integer("keep"),
        Best = section.OptionalText("best") is { } metric ? TrainingSection.BindMetric(metric) : null,
    };

    public static ClusterSpec BindCluster(JsonMap section) => new()
    {
        MinWorkers = section.Integer("minWorkers"),
        WaitForWorkersSeconds = (section["waitForWorkersSeconds"] as JsonNumber)?.Value,
        FanIn = section.OptionalInteger("fanIn") ?? 0,
        BucketKiB = section.OptionalInteger("bucketKiB"),
    };

    public static ReportSpec BindReport(JsonMap section) => new()
    {
        Samples = section.Flag("samples"),
        Threshold = section.Float("threshold"),
    };
}
