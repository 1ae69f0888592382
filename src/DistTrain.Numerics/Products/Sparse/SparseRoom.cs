namespace DistTrain.Numerics.Products;

/// <summary>Memory that lists are written to, one behind the other (<see cref="SparseLists"/>).</summary>
/// <param name="values">Room for all rows' steps, and <see cref="SparseRows.Slack"/>; likewise <paramref name="places"/>.</param>
internal readonly unsafe struct SparseRoom(ushort* rows, ushort* lengths, float* values, ushort* places)
{
    public ushort* Rows => rows;

    public ushort* Lengths => lengths;

    public float* Values => values;

    public ushort* Places => places;
}
