namespace DistTrain.Models.Tests;

/// <summary>Gradients of the double twin against central differences of its loss.</summary>
internal static class FiniteDifferences
{
    /// <summary>
    /// Every trained parameter's gradient, within 1e-6 × |expected| + 1e-8: the differences' own error with steps of
    /// 1e-5 is about 1e-10 from the third derivative and 1e-11 from rounding.
    /// </summary>
    public static void Check(Case subject)
    {
        var reference = new ReferenceNetwork<double>(subject.Network);
        ReferenceBatch<double> batch = subject.Batch<double>();
        double[] parameters = Case.Convert<double>(subject.Parameters);
        double[] gradient = reference.ComputeSums(batch, parameters);
        foreach (ParameterSlice slice in subject.Network.Parameters.Slices)
        {
            for (int at = slice.Start; slice.Role == ParameterRole.Trained && at < slice.Start + slice.Length; at++)
            {
                double expected = Difference(parameters, at, () => Loss(reference, batch, parameters, subject));
                double allowed = 1e-8 + (1e-6 * Math.Abs(expected));
                Assert.True(
                    Math.Abs(expected - gradient[at]) <= allowed,
                    $"{slice.Name}[{at - slice.Start}]: difference {expected:R}, gradient {gradient[at]:R}");
            }
        }
    }

    private static double Difference(double[] values, int at, Func<double> function)
    {
        double before = values[at];
        values[at] = before + Step;
        double above = function();
        values[at] = before - Step;
        double below = function();
        values[at] = before;
        return (above - below) / (2 * Step);
    }

    private static double Loss(
        ReferenceNetwork<double> reference, ReferenceBatch<double> batch, double[] parameters, Case subject) =>
        reference.ComputeSums(batch, parameters)[subject.Network.Parameters.Length + MetricSums.Loss] / batch.BatchRows;

    private const double Step = 1e-5;
}
