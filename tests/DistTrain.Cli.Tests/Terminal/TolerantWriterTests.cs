namespace DistTrain.Cli.Tests.Terminal;

public sealed class TolerantWriterTests
{
    [Fact]
    public void Write_WhereTheDiskIsFull_SaysSoOnceAndGoesOn()
    {
        var said = new List<string>();
        using var full = new FullWriter();
        using var writer = new TolerantWriter(full, said.Add);

        writer.WriteLine("one");
        full.IsFull = true;
        writer.WriteLine("two");
        writer.Write('3');
        writer.Write("4".ToCharArray(), 0, 1);
        writer.Write("5");
        writer.Flush();

        Assert.Equal(["No space left on device"], said);
        Assert.Equal("one" + Environment.NewLine, full.ToString());
    }

    private sealed class FullWriter : StringWriter
    {
        public bool IsFull { get; set; }

        public override void WriteLine(string? value)
        {
            if (IsFull)
            {
                throw new IOException("No space left on device.");
            }

            base.WriteLine(value);
        }
    }
}
