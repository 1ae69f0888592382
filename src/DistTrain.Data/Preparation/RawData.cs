namespace DistTrain.Data;

/// <summary>The parts that a data section names, as read: a training part and perhaps a test part of its own.</summary>
internal sealed class RawData : IDisposable
{
    private RawData(RawPart train, RawPart? test)
    {
        Train = train;
        Test = test;
    }

    public RawPart Train { get; }

    /// <summary>Null: the test part, if any, is split off from <see cref="Train"/>.</summary>
    public RawPart? Test { get; }

    /// <exception cref="DataException">What, where and what to do.</exception>
    public static RawData Read(DataSpec spec, string baseFolder)
    {
        RawPart train = ReadTrain(spec, baseFolder, model: null);
        try
        {
            RawPart? test = ReadTest(spec, baseFolder, train);
            if (test is not null)
            {
                CheckAlike(train, test);
            }

            return new RawData(train, test);
        }
        catch
        {
            train.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Train.Dispose();
        Test?.Dispose();
    }

    /// <summary>The training part alone.</summary>
    /// <param name="model">The model that the rows are for, when there is one already; else null.</param>
    /// <exception cref="DataException">What, where and what to do.</exception>
    public static RawPart ReadTrain(DataSpec spec, string baseFolder, FeatureSchema? model) => spec switch
    {
        CsvDataSpec csv => CsvPartReader.Read(csv, baseFolder, csv.File, like: null, model),
        IdxDataSpec idx => ReadIdx(idx, baseFolder, idx.TrainImages, idx.TrainLabels),
        NpyDataSpec npy => ReadNpy(npy, baseFolder, npy.Features, npy.TargetsFile),
        SyntheticDataSpec synthetic => SyntheticPart.Make(synthetic),
        _ => throw new DataException($"{spec.GetType().Name} is a data format without a reader"),
    };

    private static RawPart? ReadTest(DataSpec spec, string baseFolder, RawPart train)
    {
        RawPart? test = spec switch
        {
            CsvDataSpec { TestFile: { } file } csv => CsvPartReader.Read(csv, baseFolder, file, train, model: null),
            IdxDataSpec { TestImages: { } images, TestLabels: { } labels } idx => ReadIdx(idx, baseFolder, images, labels),
            IdxDataSpec { TestImages: not null } or IdxDataSpec { TestLabels: not null } =>
                throw new DataException("data names only one of testImages and testLabels; name both, or \"none\" for both"),
            NpyDataSpec { TestFeatures: { } features, TestTargetsFile: { } targets } npy =>
                ReadNpy(npy, baseFolder, features, targets),
            NpyDataSpec { TestFeatures: not null } or NpyDataSpec { TestTargetsFile: not null } =>
                throw new DataException("data names only one of testFeatures and testLabels; name both or neither"),
            _ => null,
        };
        if (test is not null && spec.Split is not SplitSpec.Nothing)
        {
            test.Dispose();
            throw new DataException("data names a test part of its own and a split as well; remove one of them");
        }

        return test;
    }

    private static RawPart ReadIdx(IdxDataSpec spec, string baseFolder, string images, string labels)
    {
        string folder = Path.Combine(baseFolder, spec.Folder);
        if (!Directory.Exists(folder))
        {
            throw new DataException($"data.folder {folder} does not exist; name the folder that holds the IDX files");
        }

        return ArrayPartReader.Read(
            spec, SourceFile.Open(folder, PlainOrGZip(folder, images)), SourceFile.Open(folder, PlainOrGZip(folder, labels)),
            ArrayFormat.Idx);
    }

    private static RawPart ReadNpy(NpyDataSpec spec, string baseFolder, string features, string targets) =>
        ArrayPartReader.Read(
            spec, SourceFile.Open(baseFolder, features), SourceFile.Open(baseFolder, targets), ArrayFormat.Npy);

    private static string PlainOrGZip(string folder, string name) =>
        !File.Exists(Path.Combine(folder, name)) && File.Exists(Path.Combine(folder, name + ".gz")) ? name + ".gz" : name;

    private static void CheckAlike(RawPart train, RawPart test)
    {
        if (!train.FeatureShape.Equals(test.FeatureShape))
        {
            throw new DataException(
                $"{test.Place(0)} is a sample of shape {test.FeatureShape}, expected {train.FeatureShape} as in the "
                + "training part; the files do not belong together");
        }

        if (train.TargetNames.Length != test.TargetNames.Length)
        {
            throw new DataException(
                $"{test.Place(0)} has {test.TargetNames.Length} targets, expected {train.TargetNames.Length} as in the "
                + "training part; the files do not belong together");
        }
    }
}
