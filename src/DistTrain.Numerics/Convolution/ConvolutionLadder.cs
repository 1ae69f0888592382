using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>Chooses the rung of the matrix product that this processor has.</summary>
internal static unsafe class ConvolutionLadder
{
    public static void Forward(
        in ConvolutionShape shape, int sampleCount, float* input, float* weight, float* bias, float* output)
    {
        switch (ProductLadder.Rung)
        {
            case Rung.Bits512:
                ConvolutionForward<Kernel512>.Run(shape, sampleCount, input, weight, bias, output);
                break;
            case Rung.Bits256:
                ConvolutionForward<Kernel256>.Run(shape, sampleCount, input, weight, bias, output);
                break;
            case Rung.Bits128:
                ConvolutionForward<Kernel128>.Run(shape, sampleCount, input, weight, bias, output);
                break;
            default:
                ConvolutionForward<ScalarKernel>.Run(shape, sampleCount, input, weight, bias, output);
                break;
        }
    }

    public static void InputGradient(
        in ConvolutionShape shape, int sampleCount, float* outputGradient, float* weight, float* inputGradient)
    {
        switch (ProductLadder.Rung)
        {
            case Rung.Bits512:
                ConvolutionInputGradient<Kernel512>.Run(shape, sampleCount, outputGradient, weight, inputGradient);
                break;
            case Rung.Bits256:
                ConvolutionInputGradient<Kernel256>.Run(shape, sampleCount, outputGradient, weight, inputGradient);
                break;
            case Rung.Bits128:
                ConvolutionInputGradient<Kernel128>.Run(shape, sampleCount, outputGradient, weight, inputGradient);
                break;
            default:
                ConvolutionInputGradient<ScalarKernel>.Run(shape, sampleCount, outputGradient, weight, inputGradient);
                break;
        }
    }

    public static void WeightGradient(
        in ConvolutionShape shape, ReadOnlySpan<int> segmentStarts, float* input, float* outputGradient, float* weightGradient)
    {
        switch (ProductLadder.Rung)
        {
            case Rung.Bits512:
                ConvolutionWeightGradient<Kernel512>.Run(shape, segmentStarts, input, outputGradient, weightGradient);
                break;
            case Rung.Bits256:
                ConvolutionWeightGradient<Kernel256>.Run(shape, segmentStarts, input, outputGradient, weightGradient);
                break;
            case Rung.Bits128:
                ConvolutionWeightGradient<Kernel128>.Run(shape, segmentStarts, input, outputGradient, weightGradient);
                break;
            default:
                ConvolutionWeightGradient<ScalarKernel>.Run(shape, segmentStarts, input, outputGradient, weightGradient);
                break;
        }
    }
}
