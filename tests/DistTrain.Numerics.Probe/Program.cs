using System.Globalization;
using DistTrain.Numerics.Probe;

// Numbers of the project's kernels, for comparison between instruction sets and with references:
//   hashes [threads]            one line per registered kernel: its name and the hash of its results
//   ulp [stride] [function]     the largest error of each function of VectorMath; stride 1 tries all 2^32 inputs
//   speed                       gigabytes per second of the streaming kernels
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault())
{
    case "hashes":
        int threadCount = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        foreach (ProbeKernel kernel in KernelRegistry.All)
        {
            Console.WriteLine($"{kernel.Name} {kernel.Hash(threadCount):x16}");
        }

        return 0;
    case "ulp":
        uint stride = args.Length > 1 ? uint.Parse(args[1], CultureInfo.InvariantCulture) : 4099;
        foreach (ErrorMeasure measure in ErrorMeasure.All.Where(m => args.Length < 3 || m.Name == args[2]))
        {
            Console.WriteLine(measure.Run(stride));
        }

        return 0;
    case "speed":
        foreach (string line in StreamSpeed.Run())
        {
            Console.WriteLine(line);
        }

        return 0;
    default:
        Console.Error.WriteLine("usage: hashes [threads] | ulp [stride] [function] | speed");
        return 2;
}
