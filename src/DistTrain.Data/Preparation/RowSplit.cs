using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>Which rows of a file are for training and which for the test, both in ascending order.</summary>
internal sealed record RowSplit(int[] Train, int[] Test)
{
    /// <summary>The test rows are the first of a random permutation (Fisher-Yates, purpose Split, from the seed).</summary>
    /// <exception cref="DataException">No row would be left for one of the parts.</exception>
    public static RowSplit Draw(int rowCount, SplitSpec split, ulong seed)
    {
        int testCount = TestCount(rowCount, split);
        int[] permutation = new int[rowCount];
        if (testCount == 0)
        {
            SampleOrder.FillIdentity(permutation);
            return new RowSplit(permutation, []);
        }

        SampleOrder.FillPermutation(permutation, new PhiloxKey(seed, RandomPurpose.Split));
        int[] test = permutation[..testCount];
        int[] train = permutation[testCount..];
        Array.Sort(test);
        Array.Sort(train);
        return new RowSplit(train, test);
    }

    private static int TestCount(int rowCount, SplitSpec split)
    {
        switch (split)
        {
            case SplitSpec.TestRows(int count):
                return count >= 1 && count < rowCount
                    ? count
                    : throw new DataException(
                        $"data.testRows is {count:N0}, expected 1 to {rowCount - 1:N0}: the file has {rowCount:N0} rows");
            case SplitSpec.TestFraction(double fraction):
                if (!(fraction is > 0 and < 1))
                {
                    throw new DataException(
                        FormattableString.Invariant($"data.testFraction is {fraction}, expected above 0 and below 1"));
                }

                return rowCount >= 2
                    ? Math.Clamp((int)Math.Round(rowCount * fraction, MidpointRounding.ToEven), 1, rowCount - 1)
                    : throw new DataException(
                        "the file has 1 row, which cannot be split into training and test; remove data.testFraction");
            default:
                return 0;
        }
    }
}
