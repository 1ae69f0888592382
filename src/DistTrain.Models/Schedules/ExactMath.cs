namespace DistTrain.Models;

/// <summary>Functions in double from exact operations (+, −, ×, ÷) alone: the same bits on every machine.</summary>
internal static class ExactMath
{
    /// <summary>value^exponent, by squaring.</summary>
    /// <param name="exponent">0 or more.</param>
    public static double Power(double value, long exponent)
    {
        double result = 1;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result *= value;
            }

            value *= value;
        }

        return result;
    }

    /// <summary>cos(π·x), within 4e-16.</summary>
    /// <param name="x">0 to 1.</param>
    public static double CosineOfPi(double x)
    {
        if (x > 0.5)
        {
            return -CosineOfPi(1 - x);
        }

        return x > 0.25 ? Series((0.5 - x) * Math.PI, isSine: true) : Series(x * Math.PI, isSine: false);
    }

    // Taylor's series, 0 ≤ angle ≤ π/4: the first term left out is below 1e-17.
    private static double Series(double angle, bool isSine)
    {
        double square = angle * angle;
        double sum = 0;
        for (int power = isSine ? 17 : 16; power >= 2; power -= 2)
        {
            sum = -square / (power * (power - 1)) * (1 + sum);
        }

        return isSine ? angle * (1 + sum) : 1 + sum;
    }
}
