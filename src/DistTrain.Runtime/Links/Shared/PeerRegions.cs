using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The regions of one peer that are mapped here: few, found by their nonce. For one reader.</summary>
/// <param name="length">Floats of each slot.</param>
/// <param name="isWritable">Whether this side writes into them.</param>
internal sealed class PeerRegions(int length, bool isWritable) : IDisposable
{
    private readonly List<SharedRegion> _regions = [];

    /// <exception cref="WireFormatException">The region has no such vector.</exception>
    /// <exception cref="IOException">There is no such region, or this process may not open it.</exception>
    public SharedRegion Find(in SharedPlace place)
    {
        UInt128 nonce = place.Nonce;
        SharedRegion? region = _regions.Find(known => known.Nonce == nonce);
        if (region is null)
        {
            region = SharedRegion.TryOpen(place, length, isWritable)
                ?? throw new IOException("the other side's shared memory cannot be opened here, as that of another user");
            if (_regions.Count == RegionsMax)
            {
                _regions[0].Dispose();
                _regions.RemoveAt(0);
            }

            _regions.Add(region);
        }

        return place.Slot >= 0 && place.Slot < region.Slots
            ? region
            : throw new WireFormatException(
                $"vector {place.Slot} of a shared region was named, expected 0 to {region.Slots - 1}");
    }

    /// <summary>Regions whose vectors are still held stay mapped until they are given back.</summary>
    public void Dispose()
    {
        _regions.ForEach(region => region.Dispose());
        _regions.Clear();
    }

    /// <summary>A coordinator's weights take two to four.</summary>
    private const int RegionsMax = 16;
}
