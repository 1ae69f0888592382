namespace DistTrain.Simulation;

/// <summary>Spoils bytes: flips, overwrites, cuts, repeats, inserts, splices.</summary>
internal sealed class ByteMutator(SeededSource source)
{
    private const int LengthMax = 2048;

    /// <summary>Bytes that mean something in MessagePack: lengths, signs, borders.</summary>
    private static readonly byte[] Telling =
        [0x00, 0x01, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC3, 0xCB, 0xCC, 0xCF, 0xD0, 0xD3, 0xD9, 0xDB, 0xDC, 0xDD, 0xDF, 0xE0, 0xFF];

    public byte[] Random()
    {
        byte[] bytes = new byte[source.Below(64)];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)source.Below(256);
        }

        return bytes;
    }

    public byte[] Spoil(byte[] original, IReadOnlyList<byte[]> others)
    {
        List<byte> bytes = [.. original];
        for (int times = source.Between(1, 4); times > 0; times--)
        {
            SpoilOnce(bytes, others);
        }

        return [.. bytes.Take(LengthMax)];
    }

    private void SpoilOnce(List<byte> bytes, IReadOnlyList<byte[]> others)
    {
        int at = source.Below(bytes.Count + 1);
        int count = Math.Min(source.Between(1, 8), bytes.Count - at);
        switch (source.Below(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << source.Below(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)source.Below(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] = source.Pick(Telling);
                break;
            case 3:
                bytes.RemoveRange(at, count);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 5:
                bytes.InsertRange(at, Random());
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                byte[] other = source.Pick(others);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.Skip(source.Below(other.Length + 1)));
                break;
        }
    }
}
