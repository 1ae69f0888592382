using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>The end of a sum over elements: 16 lanes (lane = index mod 16) added by the fixed tree.</summary>
internal static class VirtualLanes
{
    /// <summary>(i, i + 8), then (i, i + 4), (i, i + 2), (i, i + 1).</summary>
    public static float Sum(Vector512<float> lanes)
    {
        Vector256<float> eight = lanes.GetLower() + lanes.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        float first = four.GetElement(0) + four.GetElement(2);
        float second = four.GetElement(1) + four.GetElement(3);
        return first + second;
    }
}
