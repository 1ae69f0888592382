using System.Runtime.Intrinsics;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Products;

public class ExactMultiplyAddTests
{
    [Fact]
    public void MultiplyAdd_HardCases_RoundsOnceAsTheScalarOneDoes()
    {
        float[] values =
        [
            0, -0f, 1, -1, 3, 1 + MathF.ScaleB(1, -23), 1 - MathF.ScaleB(1, -24), MathF.ScaleB(1, -24), -MathF.ScaleB(1, -25),
            MathF.ScaleB(1, -30), 1e-30f, -1e-30f, float.Epsilon, -float.Epsilon, 1.1754942E-38f, 16777217f, 1e30f,
            float.MaxValue, -float.MaxValue, float.PositiveInfinity,
        ];
        foreach (float a in values)
        {
            foreach (float b in values)
            {
                foreach (float c in values)
                {
                    AssertSame(a, b, c);
                }
            }
        }
    }

    [Fact]
    public void MultiplyAdd_RandomBits_RoundsOnceAsTheScalarOneDoes()
    {
        var random = new Random(7);
        for (int i = 0; i < 50_000; i++)
        {
            float a = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            float b = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            float product = a * b;
            int near = BitConverter.SingleToInt32Bits(product) + (random.Next(-30, 30) << 23) + random.Next(-3, 3);
            AssertSame(a, b, BitConverter.Int32BitsToSingle(near ^ (random.Next(2) << 31)));
        }
    }

    private static void AssertSame(float a, float b, float c)
    {
        float expected = MathF.FusedMultiplyAdd(a, b, c);
        Vector128<float> actual = ExactMultiplyAdd.Run(Vector128.Create(a), Vector128.Create(b), Vector128.Create(c));
        for (int lane = 0; lane < 4; lane++)
        {
            int bits = BitConverter.SingleToInt32Bits(actual[lane]);
            Assert.True(
                bits == BitConverter.SingleToInt32Bits(expected) || (float.IsNaN(expected) && float.IsNaN(actual[lane])),
                $"fma({a:R}, {b:R}, {c:R}) gave {actual[lane]:R}, expected {expected:R}");
        }
    }
}
