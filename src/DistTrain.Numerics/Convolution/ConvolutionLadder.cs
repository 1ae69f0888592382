using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>Chooses the rung that this processor has.</summary>
internal static class ConvolutionLadder
{
    /// <inheritdoc cref="TapProduct{TKernel}(TapPlan, int, int, int, int, int)"/>
    public static ITapProduct Product(
        TapPlan plan, int channels, int inputPlane, int kernelSize, int outChannels, int outputPlane) => ProductLadder.Rung switch
    {
        Rung.Bits512 => new TapProduct<TapKernel512>(plan, channels, inputPlane, kernelSize, outChannels, outputPlane),
        Rung.Bits256 => new TapProduct<TapTileKernel<TapTile256>>(plan, channels, inputPlane, kernelSize, outChannels, outputPlane),
        Rung.Bits128 => new TapProduct<TapTileKernel<TapTile128>>(plan, channels, inputPlane, kernelSize, outChannels, outputPlane),
        _ => new TapProduct<TapTileKernel<ScalarTapTile>>(plan, channels, inputPlane, kernelSize, outChannels, outputPlane),
    };

    public static IConvolutionWeightGradient WeightGradient(in ConvolutionShape shape) => ProductLadder.Rung switch
    {
        Rung.Bits512 => new ConvolutionWeightGradient<Kernel512>(shape),
        Rung.Bits256 => new ConvolutionWeightGradient<Kernel256>(shape),
        Rung.Bits128 => new ConvolutionWeightGradient<Kernel128>(shape),
        _ => new ConvolutionWeightGradient<ScalarKernel>(shape),
    };
}
