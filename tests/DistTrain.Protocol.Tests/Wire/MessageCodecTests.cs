namespace DistTrain.Protocol.Tests;

public sealed class MessageCodecTests
{
    [Fact]
    public void Codec_EveryCoordinatorMessage_ComesBackAsItWas()
    {
        foreach (CoordinatorMessage message in Samples.CoordinatorMessages)
        {
            byte[] bytes = Samples.Bytes(message);
            CoordinatorMessage back = MessageCodec.ReadCoordinatorMessage(bytes);
            if (message is CoordinatorMessage.Assign assign)
            {
                CoordinatorMessage.Assign assignBack = Assert.IsType<CoordinatorMessage.Assign>(back);
                Assert.Equal(assign.Ranges.AsEnumerable(), assignBack.Ranges.AsEnumerable());
                back = assignBack with { Ranges = assign.Ranges };
            }

            Assert.Equal(message, back);
        }
    }

    [Fact]
    public void Codec_EveryWorkerMessage_ComesBackAsItWas()
    {
        foreach (WorkerMessage message in Samples.WorkerMessages)
        {
            Assert.Equal(message, MessageCodec.ReadWorkerMessage(Samples.Bytes(message)));
        }
    }

    [Fact]
    public void Codec_TheSamples_HaveEveryKindOfMessage()
    {
        IEnumerable<Type> sampled = Samples.CoordinatorMessages.Select(message => message.GetType())
            .Concat(Samples.WorkerMessages.Select(message => message.GetType()));
        IEnumerable<Type> all = typeof(CoordinatorMessage).GetNestedTypes()
            .Concat(typeof(WorkerMessage).GetNestedTypes());
        Assert.Equal(all.ToHashSet(), sampled.ToHashSet());
    }

    /// <summary>Bytes made once with msgpack-python 1.0.3: <c>msgpack.packb([36, 5, 7, 3, "layers.0.weight", "NaN"])</c> and so on.</summary>
    [Theory]
    [InlineData("970003 05 A87B2261223A20317D A461623132 A463643334 AC2F746D702F646174612E6474", 0)]
    [InlineData("9301AA6F746865722064617461C3", 2)]
    [InlineData("940205CD03E800", 4)]
    [InlineData("940305970700060140201092920005920901", 6)]
    [InlineData("93040507", 9)]
    [InlineData("930505CD012C", 10)]
    [InlineData("940605A4646F6E65C2", 11)]
    public void Codec_CoordinatorMessages_HaveTheseBytes(string hex, int sample) =>
        Assert.Equal(
            hex.Replace(" ", "", StringComparison.Ordinal),
            Convert.ToHexString(Samples.Bytes(Samples.CoordinatorMessages[sample])));

    [Theory]
    [InlineData("942002A9686F73742F3132333408", 0)]
    [InlineData("942105A461623132A463643334", 2)]
    [InlineData("9B220507030201CE0001E240CD03E8CD9C40CE00013880CD0998", 3)]
    [InlineData(
        "9B22CF7FFFFFFFFFFFFFFFCF7FFFFFFFFFFFFFFFCDFFFF1400CF7FFFFFFFFFFFFFFF"
        + "CF7FFFFFFFFFFFFFFFCF7FFFFFFFFFFFFFFFCF7FFFFFFFFFFFFFFFCF7FFFFFFFFFFFFFFF", 4)]
    [InlineData("942305070C", 6)]
    [InlineData("9624050703AF6C61796572732E302E776569676874A34E614E", 7)]
    [InlineData("932505A75349475445524D", 8)]
    [InlineData("9226A96E6F206D656D6F7279", 9)]
    [InlineData("93270506", 10)]
    public void Codec_WorkerMessages_HaveTheseBytes(string hex, int sample) =>
        Assert.Equal(hex, Convert.ToHexString(Samples.Bytes(Samples.WorkerMessages[sample])));

    [Fact]
    public void Codec_AMessageCutOffAnywhere_IsRefused()
    {
        foreach (byte[] bytes in Samples.WorkerMessages.Select(Samples.Bytes))
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<WireFormatException>(() => MessageCodec.ReadWorkerMessage(bytes.AsMemory(0, length)));
            }
        }

        foreach (byte[] bytes in Samples.CoordinatorMessages.Select(Samples.Bytes).Where(bytes => bytes.Length < 1000))
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<WireFormatException>(() => MessageCodec.ReadCoordinatorMessage(bytes.AsMemory(0, length)));
            }
        }
    }

    [Theory]
    [InlineData("93 25 05 A0 00", "a worker's Leaving ends after 4 bytes, 5 came")]
    [InlineData("94 25 05 A0 00", "a Leaving has 4 elements, another number is expected in protocol version 2")]
    [InlineData("92 25 05", "a Leaving has 2 elements, another number is expected in protocol version 2")]
    [InlineData("93 25 05 C0", "a worker's Leaving has a reason of 0 bytes, at most 8192 are taken")]
    [InlineData("93 25 05 A1 FF", "a worker's Leaving should have a text in UTF-8 as reason: other bytes were found")]
    [InlineData("93 25 05 05", "a worker's Leaving should have a text in UTF-8 as reason: the code 05 was found where a string was expected")]
    [InlineData("93 25 FF A0", "a worker's Leaving has the term -1, expected 0 to 9223372036854775807")]
    [InlineData("93 25 CF FFFFFFFFFFFFFFFF A0", "a worker's Leaving should have an integer as term: a larger number was found")]
    [InlineData("93 25 05 DB 7FFFFFFF", "a worker's Leaving should have a text in UTF-8 as reason: the bytes end there")]
    [InlineData("93 00 05 A0", "a worker's message has the kind 0, expected 32 to 39")]
    [InlineData("DD FFFFFFFF 25", "a worker's message should have an array as message: the bytes end there")]
    [InlineData("80", "a worker's message should have an array as message: the code 80 was found where an array was expected")]
    [InlineData("9B 22 05 07 03 15 00 00 00 00 00 00", "a worker's PartialSum has the node level 21, expected 0 to 20")]
    [InlineData("9B 22 05 07 CE 00010000 00 00 00 00 00 00 00", "a worker's PartialSum has the bucket 65536, expected 0 to 65535")]
    [InlineData("94 20 02 A1 61 00", "a worker's Hello has the threads 0, expected 1 to 16384")]
    public void Codec_BytesThatAreNoMessage_AreRefusedWithAReason(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(
            expected, Assert.Throws<WireFormatException>(() => MessageCodec.ReadWorkerMessage(bytes)).Message);
    }

    [Theory]
    [InlineData("94 03 05 97 07 00 06 01 40 20 10 91 92 0F 02", "shards of the range 2, expected 1 to 1")]
    [InlineData("94 03 05 97 07 00 06 01 40 20 10 91 92 10 01", "first shard 16, expected 0 to 15")]
    [InlineData("94 03 05 97 07 00 06 01 40 20 00 90", "shard count 0, expected 1 to 1048576")]
    [InlineData("94 03 05 97 07 02 06 01 40 20 10 90", "round kind 2, expected 0 to 1")]
    [InlineData("94 03 05 96 07 00 06 01 40 20", "6 elements in round, expected 7")]
    public void Codec_AnAssignmentThatMakesNoSense_IsRefused(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Contains(
            expected, Assert.Throws<WireFormatException>(() => MessageCodec.ReadCoordinatorMessage(bytes)).Message);
    }

    [Fact]
    public void Codec_ManyRanges_AreRefusedBeforeTheyAreRead()
    {
        byte[] start = Convert.FromHexString("940305970700060140201 0DC1001".Replace(" ", "", StringComparison.Ordinal));
        Assert.Contains(
            "has 4097 ranges, at most 4096 are taken",
            Assert.Throws<WireFormatException>(
                () => MessageCodec.ReadCoordinatorMessage((byte[])[.. start, .. new byte[4097]])).Message);
    }

    /// <summary>Another version's Hello may say anything after its version: the answer is a refusal that says what to do.</summary>
    [Theory]
    [InlineData("93 20 01 A1 61")]
    [InlineData("96 20 01 A1 61 01 C0 C0")]
    public void Codec_AHelloOfAnotherVersion_IsReadAsFarAsItsVersion(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(new WorkerMessage.Hello(1, "", 1), MessageCodec.ReadWorkerMessage(bytes));
    }

    [Fact]
    public void Codec_AReasonThatIsTooLong_IsCutOffSoThatItCanBeRead()
    {
        WorkerMessage back = MessageCodec.ReadWorkerMessage(
            Samples.Bytes(new WorkerMessage.Unfit(new string('名', 100_000))));
        Assert.Equal(new WorkerMessage.Unfit(new string('名', 2048)), back);
    }
}
