namespace DistTrain.Data.Tests;

/// <summary>Short ways to read a part whole.</summary>
public static class DataSets
{
    public static float[] Features(this DataSet part, params int[] rows)
    {
        float[] features = new float[rows.Length * part.FeatureShape.Size];
        part.GatherFeatures(rows, features);
        return features;
    }

    public static float[] Features(this DataSet part) => part.Features([.. Enumerable.Range(0, part.RowCount)]);

    public static float[] Targets(this DataSet part)
    {
        float[] targets = new float[part.RowCount * part.TargetWidth];
        part.GatherTargets([.. Enumerable.Range(0, part.RowCount)], targets);
        return targets;
    }

    public static string ExampleFolder(string name) => Path.Combine(Repository.Root, "examples", name);

    public static ColumnReference Column(string name) => new ColumnReference.ByName(name);

    public static ColumnReference Column(int index) => new ColumnReference.ByIndex(index);
}
