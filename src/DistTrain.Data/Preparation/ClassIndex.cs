using System.Collections.Immutable;
using System.Globalization;

namespace DistTrain.Data;

/// <summary>The classes of a run: the labels of its training part, in order.</summary>
internal static class ClassIndex
{
    /// <returns>Class names: sorted by value where all are numbers, else by ordinal comparison.</returns>
    public static ImmutableArray<string> Names(RawLabels labels, ReadOnlySpan<int> trainRows)
    {
        bool[] occurs = new bool[labels.Distinct.Count];
        foreach (int row in trainRows)
        {
            occurs[labels[row]] = true;
        }

        string[] names = [.. labels.Distinct.Where((_, index) => occurs[index])];
        Array.Sort(names, StringComparer.Ordinal);
        double[] values = new double[names.Length];
        for (int index = 0; index < names.Length; index++)
        {
            if (!double.TryParse(names[index], NumberStyles.Float, CultureInfo.InvariantCulture, out values[index])
                || !double.IsFinite(values[index]))
            {
                return [.. names];
            }
        }

        // A stable sort keeps "1" and "1.0", which are two labels, in ordinal order.
        return [.. names.Zip(values).OrderBy(static pair => pair.Second).Select(static pair => pair.First)];
    }

    /// <summary>The class of each row.</summary>
    /// <param name="rows">Rows of <paramref name="part"/>.</param>
    /// <param name="areSetAside">Whether they are rows of the training file, drawn for testing or validation.</param>
    /// <exception cref="DataException">A label that the training part does not have.</exception>
    public static float[] Indices(RawPart part, ReadOnlySpan<int> rows, ImmutableArray<string> names, bool areSetAside)
    {
        var labels = (RawLabels)part.Targets;
        var indexOfName = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int index = 0; index < names.Length; index++)
        {
            indexOfName.Add(names[index], index);
        }

        int[] indexOfLabel =
            [.. labels.Distinct.Select(label => indexOfName.TryGetValue(label, out int index) ? index : -1)];
        float[] indices = new float[rows.Length];
        for (int position = 0; position < rows.Length; position++)
        {
            int label = labels[rows[position]];
            int index = indexOfLabel[label];
            if (index < 0)
            {
                throw Unknown(part.Place(rows[position]), part.TargetNames[0], labels.Distinct[label], names, areSetAside);
            }

            indices[position] = index;
        }

        return indices;
    }

    private static DataException Unknown(string place, string column, string label, ImmutableArray<string> names, bool areSetAside)
    {
        string known = string.Join(", ", names.Take(ListedNamesMax)) + (names.Length > ListedNamesMax ? ", …" : "");
        bool areAmounts = names.Append(label).All(static name => double.TryParse(name, CultureInfo.InvariantCulture, out _));
        string quoted = CsvNumber.Quote(System.Text.Encoding.UTF8.GetBytes(label));
        return new DataException(
            $"{place}, column \"{column}\": " + (areSetAside
                ? $"all rows with the label {quoted} were set aside, and none is left in the training part ({known}); take so rare "
                    + "a label out, set fewer rows aside, or keep one for training with data.stratify"
                : $"the label {quoted} does not occur in the training part ({known}); correct it, or give the training part such a row")
            + (areAmounts ? ", or set data.targets to \"values\" if the labels are amounts and not classes" : ""));
    }

    private const int ListedNamesMax = 10;
}
