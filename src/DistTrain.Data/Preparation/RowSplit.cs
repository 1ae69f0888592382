using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>Which rows of a file are for training, validation and the test, each in ascending order.</summary>
internal sealed record RowSplit(int[] Train, int[] Validation, int[] Test)
{
    /// <summary>
    /// The test rows are the first of a random permutation (Fisher-Yates, purpose Split, from the seed), the validation rows
    /// those that follow.
    /// </summary>
    /// <exception cref="DataException">No row would be left for one of the parts.</exception>
    public static RowSplit Draw(int rowCount, SplitSpec test, SplitSpec validation, ulong seed)
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
        int[] testRows = permutation[..testCount];
        int[] validationRows = permutation[testCount..(testCount + validationCount)];
        int[] trainRows = permutation[(testCount + validationCount)..];
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
