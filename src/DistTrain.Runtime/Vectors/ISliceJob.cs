namespace DistTrain.Runtime;

/// <summary>An elementwise job that is cut into slices; each may run on another thread, in any order, with equal bits.</summary>
internal interface ISliceJob
{
    /// <summary>Does one slice; must not touch what other slices write.</summary>
    void RunSlice(int slice);
}
