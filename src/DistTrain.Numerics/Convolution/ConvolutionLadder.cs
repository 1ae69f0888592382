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

    /// <param name="gradients">Where its gradients come from.</param>
    public static IConvolutionWeightGradient WeightGradient(
        in ConvolutionShape shape, bool isPooled, out IGradientPanels gradients) => ProductLadder.Rung switch
    {
        Rung.Bits512 => WeightGradient<Kernel512>(shape, isPooled, out gradients),
        Rung.Bits256 => WeightGradient<Kernel256>(shape, isPooled, out gradients),
        Rung.Bits128 => WeightGradient<Kernel128>(shape, isPooled, out gradients),
        _ => WeightGradient<ScalarKernel>(shape, isPooled, out gradients),
    };

    private static ConvolutionWeightGradient<TKernel> WeightGradient<TKernel>(
        in ConvolutionShape shape, bool isPooled, out IGradientPanels gradients)
        where TKernel : struct, IMicroKernel
    {
        gradients = isPooled ? new PooledGradients<TKernel>(shape) : new DenseGradients<TKernel>(shape);
        return new ConvolutionWeightGradient<TKernel>(shape, gradients);
    }
}
