using System.Globalization;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>
/// The child's side of <see cref="BlasPeer"/>: times one library with one setting, on demand. A line in, a line out:
/// "Nn 512 512 512 0.02" prepares a product and says "ready"; "sample" gives the seconds of one call.
/// </summary>
public static class BlasChild
{
    /// <summary>Says first which kernels the library chose, an empty line where it is not here. Ends with its input.</summary>
    public static void Run(TextReader input, TextWriter output)
    {
        OpenBlas? library = OpenBlas.TryLoad();
        output.WriteLine(library?.CoreName ?? "");
        KernelTimer? timer = null;
        while (library is not null && input.ReadLine() is { } line)
        {
            if (line == BlasPeer.SampleWord)
            {
                output.WriteLine(timer!.Sample().ToString("R", CultureInfo.InvariantCulture));
                continue;
            }

            string[] words = line.Split(' ');
            int[] size = [.. words[1..4].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            var product = new ProductCase(Enum.Parse<ProductForm>(words[0]), size[0], size[1], size[2]);
            var operands = new ProductOperands(product);
            timer = new KernelTimer(() => library.Multiply(product, operands.A, operands.B, operands.C));
            timer.Prepare(double.Parse(words[4], CultureInfo.InvariantCulture));
            output.WriteLine(BlasPeer.ReadyWord);
        }
    }
}
