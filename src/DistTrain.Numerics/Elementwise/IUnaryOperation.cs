using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>One output element from one input element, in two forms of equal bits.</summary>
/// <remarks>
/// The form on vectors is used for everything, tails included (padded with zeros). Where a processor has no 512-bit
/// vectors the runtime splits or emulates them; built from exact operations alone, the bits stay. The scalar form is
/// the reference, written to be read.
/// </remarks>
internal interface IUnaryOperation
{
    float Apply(float x);

    Vector512<float> Apply(Vector512<float> x);
}

/// <summary>One output element from two input elements; see <see cref="IUnaryOperation"/>.</summary>
internal interface IBinaryOperation
{
    float Apply(float x, float y);

    Vector512<float> Apply(Vector512<float> x, Vector512<float> y);
}
