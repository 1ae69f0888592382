using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="BatchNormLane"/>: channel after channel.</summary>
internal sealed class BatchNormReference<T>(BatchNormLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[input.Length];
        for (int channel = 0; channel < layer.Channels; channel++)
        {
            (T mean, T inverse, _) = Statistics(pass, input, channel);
            T weight = pass.Parameters[layer.Weight.Start + channel];
            T bias = pass.Parameters[layer.Bias.Start + channel];
            foreach (int at in Positions(pass.Rows, channel))
            {
                output[at] = T.FusedMultiplyAdd((input[at] - mean) * inverse, weight, bias);
            }
        }

        return output;
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[input.Length];
        T share = T.CreateChecked(pass.Rows) / T.CreateChecked(pass.BatchRows);
        T elements = T.CreateChecked(pass.Rows * layer.PlaneSize);
        for (int channel = 0; channel < layer.Channels; channel++)
        {
            (T mean, T inverse, T variance) = Statistics(pass, input, channel);
            T weightSum = Sum(pass.Rows, channel, at => outputGradient[at] * ((input[at] - mean) * inverse));
            T biasSum = Sum(pass.Rows, channel, at => outputGradient[at]);
            parameterGradient[layer.Weight.Start + channel] = weightSum;
            parameterGradient[layer.Bias.Start + channel] = biasSum;
            parameterGradient[layer.RunningMean.Start + channel] = share * mean;
            parameterGradient[layer.RunningVariance.Start + channel] = share * variance;
            T factor = pass.Parameters[layer.Weight.Start + channel] * inverse;
            T offset = biasSum / elements;
            T slope = weightSum / elements;
            foreach (int at in Positions(pass.Rows, channel))
            {
                T normal = (input[at] - mean) * inverse;
                inputGradient[at] = (outputGradient[at] - offset - (normal * slope)) * factor;
            }
        }

        return inputGradient;
    }

    /// <returns>
    /// Mean, 1 / √(variance + ε) and unbiased variance; in evaluation the running ones. One element has no unbiased variance,
    /// the running one stands in.
    /// </returns>
    private (T Mean, T Inverse, T Variance) Statistics(ReferencePass<T> pass, T[] input, int channel)
    {
        T epsilon = T.CreateChecked(layer.Epsilon);
        T running = pass.Parameters[layer.RunningVariance.Start + channel];
        if (!pass.IsTraining)
        {
            return (pass.Parameters[layer.RunningMean.Start + channel], T.One / T.Sqrt(running + epsilon), running);
        }

        T elements = T.CreateChecked(pass.Rows * layer.PlaneSize);
        T mean = Sum(pass.Rows, channel, at => input[at]) / elements;
        T variance = Sum(pass.Rows, channel, at => (input[at] - mean) * (input[at] - mean)) / elements;
        T unbiased = elements > T.One ? variance * (elements / (elements - T.One)) : running;
        return (mean, T.One / T.Sqrt(variance + epsilon), unbiased);
    }

    /// <summary>16 lanes by position in the plane, each a chain over rows and plane; then the fixed tree.</summary>
    private T Sum(int rows, int channel, Func<int, T> term)
    {
        var lanes = new T[16];
        foreach (int at in Positions(rows, channel))
        {
            lanes[at % layer.PlaneSize % 16] += term(at);
        }

        return ReferenceSums.Lanes<T>(lanes);
    }

    private IEnumerable<int> Positions(int rows, int channel) =>
        from row in Enumerable.Range(0, rows)
        from at in Enumerable.Range(0, layer.PlaneSize)
        select (((row * layer.Channels) + channel) * layer.PlaneSize) + at;
}
