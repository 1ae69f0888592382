using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>Which rows of a file are for training, validation and the test, each in ascending order.</summary>
internal sealed record RowSplit(int[] Train, int[] Validation, int[] Test)
{
    /// <summary>
    /// The test rows are the first of a random permutation (Fisher-Yates, purpose Split, from the seed), the validation rows
    /// those that follow; with strata, the first of each class.
    /// </summary>
    /// <param name="strata">Labels whose shares each part keeps; null: any rows are taken.</param>
    /// <exception cref="DataException">No row would be left for one of the parts.</exception>
    public static RowSplit Draw(int rowCount, SplitSpec test, SplitSpec validation, RawLabels? strata, ulong seed)
    {
        int testCount = Count(rowCount, test, "test");
        int validationCount = Count(rowCount, validation, "validation");
        int[] permutation = new int[rowCount];
        if (testCount + validationCount == 0)
        {
            return All(rowCount);
        }

        if (testCount + validationCount >= rowCount)
        {
            throw new DataException(
                $"{testCount:N0} test rows and {validationCount:N0} validation rows leave none of the file's {rowCount:N0} "
                + "for training; set fewer aside");
        }

        SampleOrder.FillPermutation(permutation, new PhiloxKey(seed, RandomPurpose.Split));
        (int[] testRows, int[] others) = Take(permutation, testCount, strata, "test");
        (int[] validationRows, int[] trainRows) = Take(others, validationCount, strata, "validation");
        Array.Sort(testRows);
        Array.Sort(validationRows);
        Array.Sort(trainRows);
        return new RowSplit(trainRows, validationRows, testRows);
    }

    /// <summary>Every row is for training.</summary>
    public static RowSplit All(int rowCount)
    {
        int[] rows = new int[rowCount];
        SampleOrder.FillIdentity(rows);
        return new RowSplit(rows, [], []);
    }

    /// <summary>Sets the first rows aside; with strata, the first of each class, as many as its share.</summary>
    /// <param name="part">"test" or "validation".</param>
    private static (int[] Taken, int[] Left) Take(int[] rows, int count, RawLabels? strata, string part)
    {
        if (strata is null)
        {
            return (rows[..count], rows[count..]);
        }

        int[] rowsOfClass = new int[strata.Distinct.Count];
        foreach (int row in rows)
        {
            rowsOfClass[strata[row]]++;
        }

        int[] toTake = Shares(rowsOfClass, rows.Length, count, part);
        var taken = new List<int>(count);
        var left = new List<int>(rows.Length - count);
        foreach (int row in rows)
        {
            (toTake[strata[row]]-- > 0 ? taken : left).Add(row);
        }

        return ([.. taken], [.. left]);
    }

    /// <summary>
    /// Divides a count among classes in proportion to their rows, by largest remainder (Hamilton's method), the class that
    /// comes first in the file where remainders are equal. Each class keeps a row.
    /// </summary>
    /// <exception cref="DataException">Not every class can keep one.</exception>
    private static int[] Shares(int[] rowsOfClass, int rowCount, int count, string part)
    {
        int[] shares = [.. rowsOfClass.Select(rows => (int)((long)rows * count / rowCount))];
        int[] byRemainder = [.. Enumerable.Range(0, shares.Length).OrderByDescending(index => (long)rowsOfClass[index] * count % rowCount)];
        int missing = count - shares.Sum();
        while (missing > 0)
        {
            int[] extended = [.. byRemainder.Where(index => shares[index] < rowsOfClass[index] - 1).Take(missing)];
            if (extended.Length == 0)
            {
                throw new DataException(
                    $"{count:N0} {part} rows leave too few for one of each of the {shares.Length:N0} classes in training; set fewer "
                    + "aside, or remove data.stratify");
            }

            foreach (int index in extended)
            {
                shares[index]++;
            }

            missing -= extended.Length;
        }

        return shares;
    }

    /// <param name="part">"test" or "validation".</param>
    private static int Count(int rowCount, SplitSpec split, string part)
    {
        switch (split)
        {
            case SplitSpec.Rows(int count):
                return count >= 1 && count < rowCount
                    ? count
                    : throw new DataException(
                        $"data.{part}Rows is {count:N0}, expected 1 to {rowCount - 1:N0}: the file has {rowCount:N0} rows");
            case SplitSpec.Fraction(double fraction):
                if (!(fraction is > 0 and < 1))
                {
                    throw new DataException(
                        FormattableString.Invariant($"data.{part}Fraction is {fraction}, expected above 0 and below 1"));
                }

                return rowCount >= 2
                    ? Math.Clamp((int)Math.Round(rowCount * fraction, MidpointRounding.ToEven), 1, rowCount - 1)
                    : throw new DataException(
                        $"the file has 1 row, which cannot be split; remove data.{part}Fraction");
            default:
                return 0;
        }
    }
}
