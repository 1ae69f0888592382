namespace DistTrain.Models;

/// <summary>Positions [Start, End) of the flat vector that are changed in one way: neighbouring tensors in one stretch.</summary>
/// <param name="Momentum">Of running statistics; 0 for trained parameters.</param>
internal readonly record struct UpdateRange(int Start, int End, ParameterRole Role, float Momentum)
{
    public static UpdateRange[] Merge(ParameterLayout layout)
    {
        var ranges = new List<UpdateRange>();
        foreach (ParameterSlice slice in layout.Slices)
        {
            var range = new UpdateRange(slice.Start, slice.Start + slice.Length, slice.Role, slice.Momentum);
            if (ranges.Count > 0 && ranges[^1] with { Start = range.Start, End = range.End } == range)
            {
                ranges[^1] = ranges[^1] with { End = range.End };
            }
            else
            {
                ranges.Add(range);
            }
        }

        return [.. ranges];
    }
}
