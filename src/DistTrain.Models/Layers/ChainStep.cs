using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>What a chain's lane does one after the other: layers (or two as one) that compute, and changes of layout between them.</summary>
/// <param name="Slices">The layer's own tensors; none for a change of layout.</param>
internal sealed record ChainStep(
    LayerLane Lane,
    int InputSize,
    int OutputSize,
    SampleLayout InputLayout,
    SampleLayout OutputLayout,
    bool HasParameters,
    ImmutableArray<ParameterSlice> Slices)
{
    /// <summary>Has tensors itself; those of inner layers are the inner chain's affair.</summary>
    public bool HasOwnParameters => !Slices.IsEmpty;

    /// <summary>First of the layer's own parameters in the flat vector.</summary>
    public int ParameterStart => Slices[0].Start;

    public int ParameterEnd => Slices[^1].Start + Slices[^1].Length;

    /// <summary>The chain takes rows and gives rows. Views are left out: they change nothing.</summary>
    public static ChainStep[] Plan(LayerChain chain)
    {
        List<ChainStep> steps = [];
        SampleLayout layout = SampleLayout.Rows;
        int size = chain.Input.Size;
        Layer[] layers = [.. chain.Layers.Where(layer => !layer.IsView)];
        for (int index = 0; index < layers.Length; index++)
        {
            Layer layer = layers[index];
            Conv2dLane? pooled = index + 1 < layers.Length ? Conv2dLane.TryWithMaximum(layer, layers[index + 1]) : null;
            LayerLane lane = pooled ?? layer.CreateLane();
            if (lane.Layout != SampleLayout.Either)
            {
                Change(lane.Layout);
            }

            index += pooled is null ? 0 : 1;
            int outputSize = layers[index].Output.Size;
            steps.Add(new ChainStep(lane, size, outputSize, layout, layout, layer.HasParameters, layer.Slices));
            size = outputSize;
        }

        Change(SampleLayout.Rows);
        return [.. steps];

        void Change(SampleLayout wanted)
        {
            if (wanted != layout)
            {
                LayerLane lane = wanted == SampleLayout.Blocks ? new ToBlocksLane(size) : new ToRowsLane(size);
                steps.Add(new ChainStep(lane, size, size, layout, wanted, HasParameters: false, []));
                layout = wanted;
            }
        }
    }
}
