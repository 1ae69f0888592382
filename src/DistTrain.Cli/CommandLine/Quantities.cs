using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace DistTrain.Cli;

/// <summary>Numbers with units on the command line: bandwidths, times, and lists of whole numbers and sizes.</summary>
internal static class Quantities
{
    /// <summary>Bits by a factor of 1000, as networks are sold; bytes with a capital B.</summary>
    private static readonly (string Unit, double BytesPerSecond)[] BandwidthUnits =
    [
        ("Kbit", 125), ("Mbit", 125e3), ("Gbit", 125e6), ("Tbit", 125e9), ("KB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9),
    ];

    private static readonly (string Unit, double Seconds)[] TimeUnits =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1)];

    private static readonly (string Unit, double Factor)[] SizeUnits = [("K", 1e3), ("M", 1e6)];

    /// <summary>Bytes a second.</summary>
    public static Option<double?> Bandwidth(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "RATE",
        CustomParser = result => Parse(result, name, "a bandwidth", "10Gbit, 500Mbit or 100MB/s", BandwidthUnits, isZeroFine: false),
    };

    /// <summary>Seconds.</summary>
    public static Option<double?> Time(string name, string description, bool isZeroFine) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Parse(result, name, "a time", "100us, 5ms or 1s", TimeUnits, isZeroFine),
    };

    /// <summary>As in 8, or 1,2,4, or 1..64: both ends and the powers of two between them. Empty where it is not given.</summary>
    public static Option<int[]> Counts(string name, string helpName, int max, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => ParseCounts(result, name, max),
    };

    /// <summary>As in 5000000, 500K, or 500K,5M,25M.</summary>
    public static Option<int[]> Sizes(
        string name, string helpName, int[] fallback, int min, int max, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => ParseSizes(result, name, min, max),
    };

    private static double? Parse(
        ArgumentResult result, string name, string what, string examples, (string Unit, double Factor)[] units, bool isZeroFine)
    {
        string text = TextOf(result);
        foreach ((string unit, double factor) in units.OrderByDescending(unit => unit.Unit.Length))
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text[..^unit.Length].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value))
            {
                if (value > 0 || (value == 0 && isZeroFine))
                {
                    return value * factor;
                }

                result.AddError($"{name}: {text} is too small, expected {(isZeroFine ? "0 or more" : "more than 0")}");
                return null;
            }
        }

        result.AddError($"{name}: {(text.Length == 0 ? "no value is given" : $"{text} is not {what}")}; expected {examples}");
        return null;
    }

    private static int[] ParseSizes(ArgumentResult result, string name, int min, int max)
    {
        string text = TextOf(result);
        var sizes = new List<int>();
        foreach (string part in text.Split(','))
        {
            string number = part.Trim();
            (string unit, double factor) = SizeUnits.FirstOrDefault(
                unit => number.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
            if (!double.TryParse(
                number[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                result.AddError($"{name}: {(part.Length == 0 ? "no value is given" : $"{part} is no size")}; expected 5000000, 500K or 5M");
                return [];
            }

            double size = Math.Round(value * factor);
            if (size < min || size > max)
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture, $"{name}: {part} is too {(size < min ? "small" : "large")}, expected {min:N0} to {max:N0}"));
                return [];
            }

            sizes.Add((int)size);
        }

        return [.. sizes];
    }

    private static int[] ParseCounts(ArgumentResult result, string name, int max)
    {
        string text = TextOf(result);
        string[] ends = text.Split("..");
        string[] parts = ends.Length == 2 ? ends : text.Split(',');
        var counts = new List<int>();
        foreach (string part in parts)
        {
            if (!int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count < 1 || count > max)
            {
                result.AddError($"{name}: {(part.Length == 0 ? text : part)} is no number from 1 to {max}; expected 8, or 1,2,4, or 1..64");
                return [];
            }

            counts.Add(count);
        }

        if (ends.Length != 2)
        {
            return [.. counts];
        }

        if (counts[0] > counts[1])
        {
            result.AddError($"{name}: {text} ends before it begins; expected the smaller number first");
            return [];
        }

        var walk = new List<int> { counts[0] };
        for (int power = 1; power < counts[1]; power *= 2)
        {
            if (power > counts[0])
            {
                walk.Add(power);
            }
        }

        return [.. walk.Append(counts[1]).Distinct()];
    }

    /// <summary>The last value, if the option was given several times.</summary>
    private static string TextOf(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value.Trim();
}
