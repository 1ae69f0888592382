namespace DistTrain.Numerics.Products;

/// <summary>4 × 8 without vector instructions, for processors (or switches) that leave no faster rung.</summary>
internal readonly unsafe struct ScalarKernel : IMicroKernel
{
    public static int Rows => 4;

    public static int Columns => 8;

    public static void Run(
        int rows, nint kCount, float* a, nint aStride, nint aStep, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride)
    {
        for (int row = 0; row < 4; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                float sum = start[(row * startStride) + column];
                for (nint k = 0; k < kCount; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[(row * aStride) + (k * aStep)], b[(k * bStride) + column], sum);
                }

                for (int merge = 0; merge < merges; merge++)
                {
                    sum = stack[(row * 8) + column - (merge * 32)] + sum;
                }

                c[(row * cStride) + column] = sum;
            }
        }
    }
}
