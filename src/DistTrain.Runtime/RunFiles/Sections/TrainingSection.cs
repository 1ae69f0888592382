using DistTrain.Models;

namespace DistTrain.Runtime.RunFiles;

/// <summary>The run file's training section.</summary>
internal static class TrainingSection
{
    /// <summary>Whole numbers up to here are exact in JSON readers everywhere.</summary>
    private const long SeedMax = 1L << 53;

    private const int ShardsDefault = 8;

    private const int ShardsMax = 4096;

    private static readonly MapKey LearningRate =
        MapKey.Required("learningRate", new NumberShape(above: 0), "The schedule multiplies it.");

    private static readonly MapKey[] Adam =
    [
        LearningRate,
        MapKey.Number("beta1", new NumberShape(min: 0, below: 1), 0.9, "Decay of the gradient's mean."),
        MapKey.Number("beta2", new NumberShape(min: 0, below: 1), 0.999, "Decay of the squared gradient's mean."),
        MapKey.Number("epsilon", new NumberShape(above: 0), 1e-8, "Added to the root of the squared gradient's mean."),
    ];

    private static readonly VariantShape Optimizer = new("an optimizer", "type",
        ("sgd", new MapShape("Stochastic gradient descent.",
            LearningRate,
            MapKey.Number("momentum", new NumberShape(min: 0, below: 1), 0, "Share of the last update that goes on."),
            MapKey.Flag("nesterov", false, "Nesterov's form; needs a momentum above 0."),
            WeightDecay(0)) { Rules = [MapRule.FlagNeedsNumber("nesterov", "momentum", "0.9")] }),
        ("adam", new MapShape("Adam; weight decay is added to the gradient.", [.. Adam, WeightDecay(0)])),
        ("adamW", new MapShape("Adam with decoupled weight decay.", [.. Adam, WeightDecay(0.01)])));

    private static readonly MapKey Warmup = MapKey.Optional("warmupSteps", new IntegerShape(0),
        "Steps (batches) over which the learning rate rises linearly to its full height. Default: 0.");

    private static readonly VariantShape Schedule = new("a schedule", "type",
        ("constant", new MapShape("Rises over the warm-up, then the learning rate stays.", Warmup)),
        ("step", new MapShape("Rises over the warm-up, then is multiplied by factor after every so many steps.",
            Warmup,
            MapKey.Required("everySteps", new IntegerShape(1), "Steps (batches)."),
            MapKey.Required("factor", new NumberShape(above: 0, max: 1), "As in 0.5."))),
        ("cosine", new MapShape("Rises over the warm-up, then falls along half a cosine to the run's end.",
            MapKey.Number(Warmup.Name, Warmup.Shape, 0, "Steps (batches) over which the learning rate rises linearly to its full height."),
            MapKey.Number("minimumFactor", new NumberShape(0, 1), 0, "Where it ends, as a share of the learning rate."))));

    public static readonly ChoiceShape Metric = new("loss", "accuracy", "meanAbsoluteError", "rootMeanSquareError");

    public static readonly MapShape Shape = new("How the network is trained.",
        MapKey.Required("batchSize", new IntegerShape(1, 1 << 24), "Rows of one batch."),
        MapKey.Number("shards", new IntegerShape(1, ShardsMax), ShardsDefault,
            "Logical shards of a batch: at most so many workers share one. Part of what decides the bits."),
        MapKey.Optional("epochs", new IntegerShape(1), "How often the training part is walked. This or steps."),
        MapKey.Optional("steps", new IntegerShape(1), "Updates in all. This or epochs."),
        MapKey.Number("seed", new IntegerShape(0, SeedMax), 1, "Keys initial weights, split, order and dropout."),
        MapKey.Flag("shuffle", true, "Whether each epoch has an order of its own."),
        MapKey.Flag("dropLast", false, "Whether an uneven last batch is left out."),
        MapKey.Required("optimizer", Optimizer, "How a gradient changes the weights."),
        MapKey.Text("schedule", Schedule, "constant", "The learning rate's course."),
        MapKey.Optional("initialWeights", new TextShape("a file's path", isPath: true),
            "A safetensors file with weights of this model to start from, for fine-tuning. Default: drawn from the seed."),
        MapKey.Optional("clipNorm", new NumberShape(above: 0), "Longest gradient (L2 norm); longer ones are shortened to it."),
        MapKey.Number("evaluateEveryEpochs", new IntegerShape(0), 1,
            "Epochs between evaluations of the validation part, else the test part; 0: only at the end."),
        MapKey.Number("logEverySteps", new IntegerShape(0), 100, "Steps between step lines in metrics.jsonl; 0: none."),
        MapKey.Optional("earlyStopping", new MapShape("End when the evaluated part's figure has not improved.",
            MapKey.Optional("metric", Metric, "The figure. Default: that of checkpoint.best, else loss."),
            MapKey.Required("patience", new IntegerShape(1), "Evaluations without improvement.")),
            "End before the full length.")) { Rules = [MapRule.ExactlyOne("epochs", "steps")] };

    public static TrainingSpec Bind(JsonMap section) => new()
    {
        BatchSize = section.Integer("batchSize"),
        Shards = section.Integer("shards"),
        Epochs = section.OptionalInteger("epochs"),
        Steps = section.OptionalInteger("steps"),
        Seed = (ulong)section.Double("seed"),
        DropLast = section.Flag("dropLast"),
        Shuffle = section.Flag("shuffle"),
        Update = new UpdateSpec(
            BindOptimizer(section.Map("optimizer")), BindSchedule(section.Map("schedule")),
            section.OptionalFloat("clipNorm")),
        EvaluateEveryEpochs = section.Integer("evaluateEveryEpochs"),
        LogEverySteps = section.Integer("logEverySteps"),
        InitialWeights = section.OptionalText("initialWeights"),
        EarlyStopping = section["earlyStopping"] is JsonMap stopping
            ? new EarlyStoppingSpec(
                stopping.OptionalText("metric") is { } metric ? BindMetric(metric) : null, stopping.Integer("patience"))
            : null,
    };

    public static BestMetric BindMetric(string name) => Enum.Parse<BestMetric>(name, ignoreCase: true);

    private static MapKey WeightDecay(double fallback) =>
        MapKey.Number("weightDecay", new NumberShape(min: 0), fallback, "Pull of the weights towards 0.");

    private static OptimizerSpec BindOptimizer(JsonMap optimizer) => optimizer.Text("type") switch
    {
        "sgd" => new SgdSpec(
            optimizer.Float("learningRate"), optimizer.Float("momentum"), optimizer.Flag("nesterov"),
            optimizer.Float("weightDecay")),
        "adam" => new AdamSpec(
            optimizer.Float("learningRate"), optimizer.Float("beta1"), optimizer.Float("beta2"),
            optimizer.Float("epsilon"), optimizer.Float("weightDecay")),
        _ => new AdamWSpec(
            optimizer.Float("learningRate"), optimizer.Float("beta1"), optimizer.Float("beta2"),
            optimizer.Float("epsilon"), optimizer.Float("weightDecay")),
    };

    private static ScheduleSpec BindSchedule(JsonMap schedule) => schedule.Text("type") switch
    {
        "step" => new StepSpec(
            schedule.Integer("everySteps"), schedule.Float("factor"), schedule.OptionalInteger("warmupSteps") ?? 0),
        "cosine" => new CosineSpec(schedule.Integer("warmupSteps"), schedule.Float("minimumFactor")),
        _ => new ConstantSpec(schedule.OptionalInteger("warmupSteps") ?? 0),
    };
}
