namespace DistTrain.Numerics;

/// <summary>Names the random numbers of one (seed, purpose, epoch, step, layer); <see cref="Row"/> opens a row's stream.</summary>
/// <remarks>
/// <para>
/// Two stages, because seed, purpose, epoch, step and layer do not fit beside row and position into Philox's 192 bits.
/// Stage one encrypts the names:
/// </para>
/// <code>
/// key      (seed low, seed high)
/// counter  (purpose | layer · 256, epoch, step low, step high)
/// </code>
/// <para>Its four words (d0, d1, d2, d3) are this value. Stage two draws the numbers; block b holds words 4b … 4b+3:</para>
/// <code>
/// key      (d0, d1)
/// counter  (block number, row, d2, d3)
/// </code>
/// <para>
/// Within one seed stage one is a bijection, so two names never share all 128 derived bits: streams do not overlap.
/// </para>
/// </remarks>
public readonly record struct PhiloxKey
{
    /// <summary>Layers that a key can tell apart.</summary>
    public const int LayersMax = 1 << 24;

    private readonly PhiloxBlock _derived;

    /// <param name="epoch">0 or more; 0 where it plays no part.</param>
    /// <param name="step">0 or more; 0 where it plays no part.</param>
    /// <param name="layer">Below <see cref="LayersMax"/>; 0 where it plays no part.</param>
    public PhiloxKey(ulong seed, RandomPurpose purpose, int epoch = 0, long step = 0, int layer = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, LayersMax);
        var names = new PhiloxBlock(
            (byte)purpose | ((uint)layer << 8), (uint)epoch, (uint)step, (uint)((ulong)step >> 32));
        _derived = Philox4x32.Generate(names, (uint)seed, (uint)(seed >> 32));
    }

    internal uint Key0 => _derived.Word0;

    internal uint Key1 => _derived.Word1;

    internal uint Counter2 => _derived.Word2;

    internal uint Counter3 => _derived.Word3;

    /// <summary>The stream of one row, from its first number.</summary>
    /// <param name="row">0 or more: the position in the whole batch (or data set), so that any worker draws the same.</param>
    public RandomStream Row(int row = 0) => new(this, row);
}
