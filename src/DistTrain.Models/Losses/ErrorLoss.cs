using System.Numerics;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A loss that sums a function of the error e = output − target over the outputs.</summary>
/// <param name="isClassification">Targets are the classes 0 and 1 of one output, told apart at 0.5.</param>
internal sealed class ErrorLoss<TError>(Shape output, float parameter, bool isClassification)
    : Loss(output, output.Size)
    where TError : IErrorFunction
{
    protected override Vector128<float> EvaluateRow(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, float scale, Span<float> gradient)
    {
        Vector512<float> losses = default, absolutes = default, squares = default;
        for (int at = 0; at < output.Length; at += VectorMap.Width)
        {
            // Missing lanes are zeros: an error of 0, which adds +0 to every sum.
            int count = Math.Min(VectorMap.Width, output.Length - at);
            Vector512<float> error = VectorMap.Load(output.Slice(at, count)) - VectorMap.Load(target.Slice(at, count));
            losses += TError.Loss(error, parameter);
            absolutes += Vector512.Abs(error);
            squares += error * error;
            if (!gradient.IsEmpty)
            {
                VectorMap.Store(TError.Gradient(error, parameter) * Vector512.Create(scale), gradient.Slice(at, count));
            }
        }

        float loss = LaneSum.AddLanes(losses);
        return isClassification
            ? Vector128.Create(loss, output[0] >= Threshold == target[0] >= Threshold ? 1 : 0, 0, 0)
            : Vector128.Create(loss, 0, LaneSum.AddLanes(absolutes), LaneSum.AddLanes(squares));
    }

    protected override T[] ReferenceRow<T>(
        ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale, Span<T> gradient)
    {
        var losses = new T[output.Length];
        var absolutes = new T[output.Length];
        var squares = new T[output.Length];
        T number = T.CreateChecked(parameter);
        for (int at = 0; at < output.Length; at++)
        {
            T error = output[at] - target[at];
            losses[at] = TError.Loss(error, number);
            absolutes[at] = T.Abs(error);
            squares[at] = error * error;
            gradient[at] = TError.Gradient(error, number) * scale;
        }

        T loss = ReferenceSums.Lanes<T>(losses);
        T threshold = T.CreateChecked(Threshold);
        return isClassification
            ? [loss, output[0] >= threshold == target[0] >= threshold ? T.One : T.Zero, T.Zero, T.Zero]
            : [loss, T.Zero, ReferenceSums.Lanes<T>(absolutes), ReferenceSums.Lanes<T>(squares)];
    }

    private const float Threshold = 0.5f;
}

/// <summary>A function of one output's error, with its derivative.</summary>
internal interface IErrorFunction
{
    /// <summary>+0 for an error of 0.</summary>
    static abstract Vector512<float> Loss(Vector512<float> error, float parameter);

    static abstract Vector512<float> Gradient(Vector512<float> error, float parameter);

    static abstract T Loss<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T>;

    static abstract T Gradient<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T>;
}
