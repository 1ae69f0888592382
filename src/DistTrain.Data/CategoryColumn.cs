using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>A column of categories: one feature for each value that the training rows have, 1 where the row has it, else 0.</summary>
/// <param name="Name">Of the column, as in the file's header; "column0", "column1", … where it has none.</param>
/// <param name="FirstFeature">Index of the first value's feature, from 0; those of the others follow.</param>
/// <param name="Values">At least one, in ordinal order, all different.</param>
public sealed record CategoryColumn(string Name, int FirstFeature, ImmutableArray<string> Values);
