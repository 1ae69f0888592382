namespace DistTrain.Tests;

/// <summary>Damages files at random, repeatably.</summary>
internal sealed class Mutation(int seed)
{
    /// <summary>What readers stumble over: signs of each format, extreme numbers, broken UTF-8.</summary>
    private static readonly byte[][] Morsels =
    [
        [0], [255], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], "\""u8.ToArray(), "\"\""u8.ToArray(),
        ","u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "NaN"u8.ToArray(), "1e400"u8.ToArray(), "-"u8.ToArray(), "{"u8.ToArray(),
        "}"u8.ToArray(), "("u8.ToArray(), "'"u8.ToArray(), "99999999999999999999"u8.ToArray(), [0xc3], [0xef, 0xbb, 0xbf], [0xfe, 0xff], [0x1f, 0x8b],
        [0x93], new byte[300],
    ];

    private readonly Random _random = new(seed);

    public byte[] Of(byte[] good)
    {
        List<byte> bytes = [.. good];
        int changes = 1 + _random.Next(4);
        for (int change = 0; change < changes; change++)
        {
            int position = _random.Next(bytes.Count + 1);
            switch (_random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(position, bytes.Count - position);
                    break;
                case 1 when position < bytes.Count:
                    bytes[position] ^= (byte)(1 << _random.Next(8));
                    break;
                case 2 when position < bytes.Count:
                    bytes[position] = (byte)_random.Next(256);
                    break;
                case 3:
                    bytes.InsertRange(position, Morsels[_random.Next(Morsels.Length)]);
                    break;
                case 4:
                    int removed = Math.Min(_random.Next(20), bytes.Count - position);
                    bytes.RemoveRange(position, removed);
                    break;
                default:
                    int copied = Math.Min(_random.Next(40), bytes.Count - position);
                    bytes.InsertRange(position, bytes.GetRange(position, copied));
                    break;
            }
        }

        return [.. bytes];
    }
}
