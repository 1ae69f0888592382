namespace DistTrain.Numerics.Products;

/// <summary>Memory that lists are written to, one behind the other (<see cref="SparseLists"/>).</summary>
/// <param name="values">Room for all rows' steps, half a <see cref="SparseRows.PairGap"/> for each list of a row, and one more.</param>
/// <param name="places">Room for all rows' steps, and <see cref="StepPlaces.WrittenMost"/>.</param>
internal readonly unsafe struct SparseRoom(ushort* rows, ushort* lengths, float* values, byte* places)
{
    public ushort* Rows => rows;

    public ushort* Lengths => lengths;

    public float* Values => values;

    public byte* Places => places;
}
