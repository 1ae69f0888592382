namespace DistTrain.Numerics.Probe;

/// <summary>Functions in double, accurate to about 1e-14 relative, where the framework has none.</summary>
public static class DoubleReference
{
    /// <summary>Kahan's form: the rounding of 1 + x cancels out of log(u) · x / (u − 1).</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 || double.IsPositiveInfinity(x) ? x : u <= 0 ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }

    public static double Sigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));

    public static double Softplus(double x) => x > 0 ? x + Log1p(Math.Exp(-x)) : Log1p(Math.Exp(x));

    public static double Erf(double x) =>
        Math.Abs(x) < SeriesEnd ? Series(x) : Math.CopySign(1 - Tail(Math.Abs(x)), x);

    public static double Erfc(double x) => x < SeriesEnd ? 1 - Erf(x) : Tail(x);

    /// <summary>The normal distribution function.</summary>
    public static double NormalBelow(double x) => 0.5 * Erfc(-x / Math.Sqrt(2));

    public static double Gelu(double x) => double.IsNegativeInfinity(x) ? -0.0 : x * NormalBelow(x);

    public static double GeluSlope(double x) =>
        NormalBelow(x) + (Math.Abs(x) > 40 ? 0 : x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));

    public static double Silu(double x) => double.IsNegativeInfinity(x) ? -0.0 : x * Sigmoid(x);

    public static double SiluSlope(double x) => Sigmoid(x) + (x * Sigmoid(x) * Sigmoid(-x));

    /// <summary>With α = 1. Kahan's form, as in <see cref="Log1p"/>.</summary>
    public static double Elu(double x)
    {
        double u = Math.Exp(x);
        return !(x < 0) || u == 1 ? x : u - 1 == -1 ? -1 : (u - 1) * x / Math.Log(u);
    }

    private const double SeriesEnd = 1.0;

    /// <summary>(2/√π) e^-x² Σ 2^n x^(2n+1) / (2n+1)!!; every term has the sign of x.</summary>
    private static double Series(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>erfc by its continued fraction e^-x²/√π · 1/(x + (1/2)/(x + (2/2)/(x + …))), from the far end.</summary>
    private static double Tail(double x)
    {
        if (x > 27)
        {
            return double.IsNaN(x) ? x : 0;
        }

        double fraction = x;
        for (int n = x < 3 ? 200 : 40; n > 0; n--)
        {
            fraction = x + (0.5 * n / fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
