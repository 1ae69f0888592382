using System.Collections.ObjectModel;

namespace DistTrain.Protocol;

/// <summary>Where the crew of an aggregator puts its effects: among those of the upper face, in order.</summary>
internal sealed class EffectsBelow(List<AggregatorEffect> effects) : Collection<CoordinatorEffect>
{
    protected override void InsertItem(int index, CoordinatorEffect item) => effects.Add(new AggregatorEffect.Below(item));
}
