using DistTrain.Numerics;

namespace DistTrain.Simulation;

/// <summary>A stream of random numbers that is a pure function of seed and stream: Philox with a counter.</summary>
internal sealed class SeededSource(ulong seed, uint stream)
{
    private uint _block;
    private PhiloxBlock _words;
    private int _left;

    /// <summary>In [0, bound).</summary>
    public int Below(int bound) => (int)(((ulong)Next() * (ulong)bound) >> 32);

    /// <summary>In [least, most].</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>In [0, 1).</summary>
    public double Share() => Next() * (1.0 / 4294967296.0);

    public bool Chance(double probability) => Share() < probability;

    /// <summary>Between least and most, small ones as likely as large ones by magnitude. Microseconds.</summary>
    public long Spread(double least, double most) => (long)(least * Math.Pow(most / least, Share()));

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private uint Next()
    {
        if (_left == 0)
        {
            PhiloxBlock counter = new(_block++, stream, 0x51D, 0);
            _words = Philox4x32.Generate(counter, (uint)seed, (uint)(seed >> 32));
            _left = 4;
        }

        _left--;
        return _left switch
        {
            3 => _words.Word0,
            2 => _words.Word1,
            1 => _words.Word2,
            _ => _words.Word3,
        };
    }
}
