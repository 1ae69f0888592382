using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>
/// What is to be done with floats for the sums that are in, bucket by bucket: it waits until all that lies ready was taken up,
/// then the front-most bucket goes first, because the next forward pass needs its weights first.
/// </summary>
/// <remarks>
/// Within a bucket the order is that of arrival. Which buckets' work comes first changes no bit: a bucket's sum depends on
/// its own tree alone, and buckets share no weight.
/// </remarks>
internal sealed class BucketWork
{
    private readonly List<Share> _shares = [];

    /// <summary>Buckets before this one have no work.</summary>
    private int _front;

    /// <summary>Whether anything waits.</summary>
    public bool IsAny
    {
        get
        {
            while (_front < _shares.Count && _shares[_front].IsEmpty)
            {
                _front++;
            }

            return _front < _shares.Count;
        }
    }

    /// <summary>Takes additions and releases of a bucket, in the order in which they must be done.</summary>
    public ICollection<CoordinatorEffect> Of(int bucket) => ShareOf(bucket).Effects;

    /// <summary>With the work that the bucket has so far, the sum of a node that is wanted here is whole.</summary>
    public void NoteWhole(int bucket, TreeNode node, SumHandle sum) => ShareOf(bucket).Whole.Add((node, sum));

    /// <summary>Hands out all the work of the front-most bucket that has some.</summary>
    /// <param name="whole">Receives the sums that are whole when the effects are done.</param>
    /// <returns>The bucket; −1: there is no work.</returns>
    public int TakeFront(ICollection<CoordinatorEffect> effects, List<(TreeNode Node, SumHandle Sum)> whole)
    {
        if (!IsAny)
        {
            return -1;
        }

        Share share = _shares[_front];
        foreach (CoordinatorEffect effect in share.Effects)
        {
            effects.Add(effect);
        }

        whole.AddRange(share.Whole);
        share.Clear();
        return _front;
    }

    /// <summary>Nothing of it is done: gives back the sums that nobody else would.</summary>
    public void ReleaseAll(ICollection<CoordinatorEffect> effects)
    {
        foreach (Share share in _shares)
        {
            foreach (CoordinatorEffect effect in share.Effects)
            {
                effects.Add(effect is CoordinatorEffect.Add add ? new CoordinatorEffect.Release(add.Right) : effect);
            }

            foreach ((_, SumHandle sum) in share.Whole)
            {
                effects.Add(new CoordinatorEffect.Release(sum));
            }

            share.Clear();
        }
    }

    private Share ShareOf(int bucket)
    {
        while (_shares.Count <= bucket)
        {
            _shares.Add(new Share());
        }

        _front = Math.Min(_front, bucket);
        return _shares[bucket];
    }

    private sealed class Share
    {
        public List<CoordinatorEffect> Effects { get; } = [];

        public List<(TreeNode Node, SumHandle Sum)> Whole { get; } = [];

        public bool IsEmpty => Effects.Count == 0 && Whole.Count == 0;

        public void Clear()
        {
            Effects.Clear();
            Whole.Clear();
        }
    }
}
