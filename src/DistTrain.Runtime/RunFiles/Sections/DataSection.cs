using System.Collections.Immutable;
using DistTrain.Data;
using DistTrain.Numerics;

namespace DistTrain.Runtime.RunFiles;

/// <summary>The run file's data section.</summary>
internal static class DataSection
{
    private const int SyntheticClassesMax = 100_000;

    private static readonly ValueShape Path = new TextShape("a file's path", isPath: true);

    private static readonly ValueShape Column = new EitherShape(
        value => value is JsonNumber,
        new IntegerShape(-100_000, 100_000), new TextShape("a column's name"));

    private static readonly ValueShape Columns = new EitherShape(
        value => value is JsonList, new ListShape(Column, "a list of columns"), Column);

    private static readonly ValueShape Dimensions = new ListShape(new IntegerShape(1), "a list of dimensions");

    private static readonly MapKey[] SplitAndScaling =
    [
        MapKey.Optional("testFraction", new NumberShape(above: 0, below: 1),
            "Share of the rows set aside for testing, drawn by the seed. Not together with testRows or test files."),
        MapKey.Optional("testRows", new IntegerShape(1),
            "Rows set aside for testing, drawn by the seed. Not together with testFraction or test files."),
        MapKey.Optional("validationFraction", new NumberShape(above: 0, below: 1),
            "Share of the training file's rows set aside for validation: evaluated while training instead of the test part. "
            + "Not together with validationRows."),
        MapKey.Optional("validationRows", new IntegerShape(1),
            "Rows of the training file set aside for validation. Not together with validationFraction."),
        MapKey.Optional("stratify", new FlagShape(),
            "Whether the rows set aside have of each class the same share, and one row of each class stays for training. Default: "
            + "false, any rows are drawn."),
        MapKey.Text("scaling", new VariantShape("a scaling", "type",
            ("none", new MapShape("Features are used as they are.")),
            ("standardize", new MapShape("Each feature to mean 0 and standard deviation 1 over the training part.")),
            ("minMax", new MapShape("Each feature to 0 … 1 over the training part.")),
            ("divideBy", new MapShape("Every feature divided by one number.",
                MapKey.Required("divisor", new NumberShape(above: 0), "As in 255 for the bytes of images.")))),
            "none", "What is done to the features; computed on the training part alone."),
    ];

    private static readonly ImmutableArray<MapRule> Rules =
    [
        MapRule.AtMostOne("testRows", "testFraction"), MapRule.AtMostOne("validationRows", "validationFraction"),
    ];

    private static readonly MapKey[] Common =
    [
        MapKey.Text("targets", new ChoiceShape("classes", "values"), "classes",
            "What the labels are: classes, or values (numbers, for regression)."),
        .. SplitAndScaling,
        MapKey.Text("missing", new EitherShape(
            value => value is JsonNumber, new NumberShape(), new ChoiceShape("refuse", "mean", "median")),
            "refuse", "What stands in for a missing feature: a number, or the training part's mean or median; or refuse."),
        MapKey.Optional("shape", Dimensions,
            "Shape of one sample, as in [1, 8, 8] for columns that are an image. Default: as the file has it."),
    ];

    public static readonly VariantShape Shape = new("data", "format",
        ("csv", new MapShape("Samples in a CSV file, a row each; .gz is decompressed.",
        [
            MapKey.Required("file", Path, "The training file, or the only one."),
            MapKey.Optional("testFile", Path, "The test part's own file, with the same columns."),
            MapKey.Text("header", new EitherShape(value => value is JsonFlag, new FlagShape(), new ChoiceShape("auto")),
                "auto", "Whether the first row holds the columns' names; auto: it does unless it has a number."),
            MapKey.Text("delimiter", new TextShape("one character, as in \";\"", lengthMax: 1), ",", "Between the columns."),
            MapKey.Required("labels", Columns, "The label columns, by name or by position (−1 is the last)."),
            MapKey.Optional("features", Columns, "The feature columns in order. Default: all but the labels and data.ignore."),
            MapKey.Optional("ignore", Columns,
                "Columns that are neither features nor labels, such as names and times. Not together with features."),
            MapKey.Optional("categories", Columns,
                "Feature columns that hold categories: each becomes one feature for every value of the training rows (1,000 at most), "
                + "1 where the row has it, else 0; an unseen value gives 0 in all. scaling leaves them as they are; missing fills "
                + "each of them."),
            .. Common,
        ]) { Rules = [.. Rules, MapRule.AtMostOne("features", "ignore")] }),
        ("idx", new MapShape("Images and labels in IDX files, the format of MNIST; .gz is decompressed.",
        [
            MapKey.Text("folder", Path, ".", "The folder of the files."),
            MapKey.Text("trainImages", new TextShape("a file's name"), "train-images-idx3-ubyte", "Training images."),
            MapKey.Text("trainLabels", new TextShape("a file's name"), "train-labels-idx1-ubyte", "Training labels."),
            MapKey.Text("testImages", new TextShape("a file's name"), "t10k-images-idx3-ubyte",
                "Test images; \"none\" together with testLabels: no test files."),
            MapKey.Text("testLabels", new TextShape("a file's name"), "t10k-labels-idx1-ubyte", "Test labels."),
            .. Common,
        ]) { Rules = Rules }),
        ("npy", new MapShape("Features and targets in NumPy's NPY files, first dimension the rows.",
        [
            MapKey.Required("features", Path, "Array of features."),
            MapKey.Required("labels", Path, "Array of targets."),
            MapKey.Optional("testFeatures", Path, "The test part's own features."),
            MapKey.Optional("testLabels", Path, "The test part's own targets."),
            .. Common,
        ]) { Rules = Rules }),
        ("synthetic", new MapShape("Images of random bytes, made up: for benchmarks, and for trying a cluster.",
        [
            MapKey.Required("rows", new IntegerShape(1), "Samples, those of the test part included."),
            MapKey.Required("shape", Dimensions, "Shape of one sample, as in [1, 28, 28]."),
            MapKey.Number("classes", new IntegerShape(2, SyntheticClassesMax), 10, "Classes of the samples."),
            MapKey.Number("seed", new IntegerShape(0), 1, "Keys the samples."),
            .. SplitAndScaling,
        ]) { Rules = Rules }));

    /// <param name="shuffle">training.shuffle.</param>
    public static DataSpec Bind(JsonMap section, bool shuffle)
    {
        DataSpec spec = section.Text("format") switch
        {
            "csv" => BindCsv(section),
            "idx" => BindIdx(section),
            "npy" => BindNpy(section),
            _ => BindSynthetic(section),
        };
        return spec with
        {
            Targets = section.OptionalText("targets") == "values" ? TargetKind.Values : TargetKind.Classes,
            Split = BindSplit(section, "test"),
            Validation = BindSplit(section, "validation"),
            Stratify = section["stratify"] is JsonFlag { Value: true },
            Scaling = BindScaling(section.Map("scaling")),
            Missing = BindMissing(section),
            FeatureShape = section["shape"] is JsonList shape ? BindShape(shape) : null,
            Shuffle = shuffle,
        };
    }

    private static CsvDataSpec BindCsv(JsonMap section) => new()
    {
        File = section.Text("file"),
        TestFile = section.OptionalText("testFile"),
        Header = section["header"] is JsonFlag { Value: var has } ? (has ? CsvHeader.Yes : CsvHeader.No) : CsvHeader.Auto,
        Delimiter = section.Text("delimiter")[0],
        Labels = BindColumns(section["labels"]),
        Features = BindColumns(section["features"]),
        Ignore = BindColumns(section["ignore"]),
        Categories = BindColumns(section["categories"]),
    };

    private static IdxDataSpec BindIdx(JsonMap section) => new()
    {
        Folder = section.Text("folder"),
        TrainImages = section.Text("trainImages"),
        TrainLabels = section.Text("trainLabels"),
        TestImages = NoneAsNull(section.Text("testImages")),
        TestLabels = NoneAsNull(section.Text("testLabels")),
    };

    private static NpyDataSpec BindNpy(JsonMap section) => new()
    {
        Features = section.Text("features"),
        TargetsFile = section.Text("labels"),
        TestFeatures = section.OptionalText("testFeatures"),
        TestTargetsFile = section.OptionalText("testLabels"),
    };

    private static SyntheticDataSpec BindSynthetic(JsonMap section) => new()
    {
        Rows = section.Integer("rows"),
        Classes = section.Integer("classes"),
        Seed = (ulong)section.Double("seed"),
    };

    private static string? NoneAsNull(string name) => name == "none" ? null : name;

    private static ImmutableArray<ColumnReference> BindColumns(JsonTree? value) => value switch
    {
        null => [],
        JsonList list => [.. list.Items.Select(BindColumn)],
        _ => [BindColumn(value)],
    };

    private static ColumnReference BindColumn(JsonTree value) => value is JsonNumber number
        ? new ColumnReference.ByIndex((int)number.Value)
        : new ColumnReference.ByName(((JsonText)value).Text);

    /// <param name="part">"test" or "validation".</param>
    private static SplitSpec BindSplit(JsonMap section, string part) =>
        section[$"{part}Fraction"] is JsonNumber fraction ? new SplitSpec.Fraction(fraction.Value)
        : section[$"{part}Rows"] is JsonNumber rows ? new SplitSpec.Rows((int)rows.Value)
        : SplitSpec.None;

    private static ScalingSpec BindScaling(JsonMap scaling) => scaling.Text("type") switch
    {
        "standardize" => new ScalingSpec.Standardize(),
        "minMax" => new ScalingSpec.MinMax(),
        "divideBy" => new ScalingSpec.DivideBy(scaling.Float("divisor")),
        _ => ScalingSpec.None,
    };

    private static Shape BindShape(JsonList dimensions)
    {
        try
        {
            return new Shape(dimensions.Integers());
        }
        catch (ArgumentException)
        {
            throw new RunFileException(
                $"{dimensions.Origin}: data.shape is [{string.Join(", ", dimensions.Integers())}]; "
                + "expected 2,147,483,647 elements at most");
        }
    }

    private static MissingValues BindMissing(JsonMap section) => section["missing"] switch
    {
        JsonNumber number => new MissingValues.FillNumber((float)number.Value),
        JsonText { Text: "mean" } => new MissingValues.FillMean(),
        JsonText { Text: "median" } => new MissingValues.FillMedian(),
        _ => MissingValues.Refuse,
    };
}
