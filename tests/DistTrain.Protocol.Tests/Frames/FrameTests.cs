namespace DistTrain.Protocol.Tests;

public sealed class FrameTests
{
    private static readonly FrameLimits Limits = new(1000, 10_000);

    /// <summary>The layout of docs/PROTOCOL.md, byte for byte.</summary>
    [Fact]
    public void FrameHeader_OfATensorFrame_HasTheseBytes()
    {
        byte[] bytes = new byte[FrameHeader.Bytes];
        FrameHeader.For(FrameKind.Tensor, "123456789"u8, new byte[32]).Write(bytes);
        Assert.Equal("4454524E01030000090000002000000083920 6E3AA36918A".Replace(" ", "", StringComparison.Ordinal),
            Convert.ToHexString(bytes.AsSpan(0, 24)));
        Assert.Equal(
            Crc32C.Compute(bytes.AsSpan(0, 24)), System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24)));
    }

    [Fact]
    public void FrameHeader_Written_IsReadBack()
    {
        byte[] bytes = new byte[FrameHeader.Bytes];
        FrameHeader header = FrameHeader.For(FrameKind.Status, new byte[17], new byte[4000]);
        header.Write(bytes);
        Assert.Equal(header, FrameHeader.Read(bytes, Limits));
    }

    /// <summary>A kind more is a version more: peers that do not know it must be told so, not sent what they cannot read.</summary>
    [Fact]
    public void ProtocolVersion_WithTheseKindsOfFramesAndMessages_IsTwo()
    {
        Assert.Equal(Enumerable.Range(1, 9), Enum.GetValues<FrameKind>().Select(kind => (int)kind));
        Assert.Equal(
            [.. Enumerable.Range(0, 7), .. Enumerable.Range(32, 8)], Enum.GetValues<MessageKind>().Select(kind => (int)kind));
        Assert.Equal(2, ProtocolVersions.Current);
    }

    [Fact]
    public void FrameHeader_WithAnyBitFlipped_IsRefused()
    {
        byte[] bytes = new byte[FrameHeader.Bytes];
        FrameHeader.For(FrameKind.Tensor, new byte[17], new byte[4000]).Write(bytes);
        for (int bit = 0; bit < 8 * FrameHeader.Bytes; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<WireFormatException>(() => FrameHeader.Read(damaged, Limits));
        }
    }

    [Theory]
    [InlineData(1001, 0)]
    [InlineData(0, 10_001)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void FrameHeader_AboveTheLimits_IsRefused(int messageBytes, int payloadBytes)
    {
        byte[] bytes = new byte[FrameHeader.Bytes];
        new FrameHeader(FrameKind.Data, messageBytes, payloadBytes, 0, 0).Write(bytes);
        Assert.Contains(
            "at most 1,000 and 10,000 are taken here",
            Assert.Throws<WireFormatException>(() => FrameHeader.Read(bytes, Limits)).Message);
    }

    [Fact]
    public void FrameHeader_OfAnHttpRequest_SaysThatThePeerSpeaksSomethingElse() =>
        Assert.Equal(
            "a frame starts with the bytes 47455420, expected 4454524E (\"DTRN\"): the peer does not speak DistTrain's protocol",
            Assert.Throws<WireFormatException>(
                () => FrameHeader.Read("GET / HTTP/1.1\r\nHost: localhost"u8, Limits)).Message);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(27)]
    [InlineData(28)]
    [InlineData(29)]
    [InlineData(100_000)]
    public void FrameReader_AStreamInPiecesOfAnySize_GivesTheSameFrames(int pieceBytes)
    {
        (byte[] Message, byte[] Payload)[] frames =
        [
            ([1, 2, 3], []), ([], []), ([], [4, 5]), (Filled(999), Filled(10_000)), ([7], [8]),
        ];
        byte[] stream = [.. frames.SelectMany(frame => Frame(frame.Message, frame.Payload))];
        List<(byte[], byte[])> found = ReadAll(stream, pieceBytes);
        Assert.Equal(frames.Length, found.Count);
        for (int i = 0; i < frames.Length; i++)
        {
            Assert.Equal(frames[i].Message, found[i].Item1);
            Assert.Equal(frames[i].Payload, found[i].Item2);
        }
    }

    [Fact]
    public void FrameReader_ADamagedByteAnywhere_IsRefused()
    {
        byte[] frame = Frame(Filled(40), Filled(60));
        for (int place = 0; place < frame.Length; place++)
        {
            byte[] damaged = [.. frame];
            damaged[place] ^= 0x10;
            Assert.Throws<WireFormatException>(() => ReadAll(damaged, 1000));
        }
    }

    [Fact]
    public void FrameReader_AfterAnError_TakesNothingMore()
    {
        FrameReader reader = new(Limits);
        new byte[28].CopyTo(reader.Space);
        Assert.Throws<WireFormatException>(() => reader.Advance(28));
        Assert.Equal(0, reader.Space.Length);
        Assert.False(reader.IsBetweenFrames);
    }

    [Fact]
    public void FrameReader_AClaimedSize_AllocatesNothingAboveTheLimit()
    {
        byte[] header = new byte[FrameHeader.Bytes];
        new FrameHeader(FrameKind.Control, 1 << 30, 0, 0, 0).Write(header);
        FrameReader reader = new(FrameLimits.BeforeAdmission);
        header.CopyTo(reader.Space);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireFormatException>(() => reader.Advance(header.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    [Fact]
    public void FrameLimits_ForALargeModel_StayBelowTheCeiling()
    {
        Assert.Equal(4_000_000, FrameLimits.Tensor(1_000_000).PayloadBytesMax);
        Assert.Equal(2_000_000_064, FrameLimits.Tensor(500_000_016).PayloadBytesMax);
        Assert.Equal(FrameLimits.PayloadBytesCeiling, FrameLimits.Tensor(int.MaxValue).PayloadBytesMax);
    }

    private static byte[] Filled(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Frame(byte[] message, byte[] payload)
    {
        byte[] bytes = new byte[FrameHeader.Bytes + message.Length + payload.Length];
        FrameHeader.For(FrameKind.Tensor, message, payload).Write(bytes);
        message.CopyTo(bytes, FrameHeader.Bytes);
        payload.CopyTo(bytes, FrameHeader.Bytes + message.Length);
        return bytes;
    }

    private static List<(byte[] Message, byte[] Payload)> ReadAll(byte[] stream, int pieceBytes)
    {
        List<(byte[], byte[])> frames = [];
        FrameReader reader = new(Limits);
        byte[] payload = [];
        int at = 0;
        while (at < stream.Length)
        {
            int count = Math.Min(Math.Min(pieceBytes, reader.Space.Length), stream.Length - at);
            stream.AsSpan(at, count).CopyTo(reader.Space.Span);
            at += count;
            switch (reader.Advance(count))
            {
                case FrameProgress.MessageReady:
                    payload = new byte[reader.Header.PayloadBytes];
                    reader.ReceivePayload(payload);
                    break;
                case FrameProgress.FrameReady:
                    frames.Add((reader.Message.ToArray(), reader.Header.PayloadBytes == 0 ? [] : payload));
                    break;
            }
        }

        Assert.True(reader.IsBetweenFrames);
        return frames;
    }
}
