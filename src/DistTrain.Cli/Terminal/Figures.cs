using System.Globalization;

namespace DistTrain.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plural(long count, string what) => $"{Count(count)} {what}{(count == 1 ? "" : "s")}";

    /// <summary>Four significant places or so: 0.0123, 1.234, 12.34, 1.2e-05.</summary>
    public static string Short(double value) => Math.Abs(value) is 0 or (>= 1e-3 and < 1e5)
        ? value.ToString(Math.Abs(value) < 10 ? "0.####" : "0.##", CultureInfo.InvariantCulture)
        : value.ToString("0.###e+00", CultureInfo.InvariantCulture);

    /// <summary>Four decimal places at most, however small the value.</summary>
    public static string FourPlaces(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Seven significant places: enough to tell float32 values apart at a glance.</summary>
    public static string Exact(float value) => value.ToString("G7", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>As in 0.42 s, 7.3 s, 2:05, 1:02:30.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds >= TimeSpan.MaxValue.TotalSeconds)
        {
            return "?";
        }

        if (seconds < 60)
        {
            return seconds.ToString(seconds < 1 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " s";
        }

        TimeSpan time = TimeSpan.FromSeconds(Math.Round(seconds));
        return time.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");
    }
}
