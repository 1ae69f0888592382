using System.Collections.Immutable;

namespace DistTrain.Protocol;

/// <summary>What a machine wants done after one event, in this order.</summary>
public readonly record struct StepResult<TEffect>(ImmutableArray<TEffect> Effects);
