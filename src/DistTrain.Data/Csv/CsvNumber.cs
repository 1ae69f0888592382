using System.Globalization;
using System.Text;

namespace DistTrain.Data;

/// <summary>What a CSV field says as a number.</summary>
internal static class CsvNumber
{
    /// <summary>Characters of a field that a message quotes.</summary>
    private const int QuotedCharactersMax = 40;

    public enum Outcome
    {
        Number = 0,
        Missing = 1,
        Text = 2,

        /// <summary>Infinite, or beyond float32.</summary>
        Infinite = 3,
    }

    /// <param name="field">UTF-8 without surrounding space. Decimal point, exponent and sign; no thousands separators.</param>
    /// <param name="value">NaN where the field is missing.</param>
    public static Outcome Parse(ReadOnlySpan<byte> field, out float value)
    {
        if (IsMissing(field))
        {
            value = float.NaN;
            return Outcome.Missing;
        }

        if (!float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            return IsInfinity(field) ? Outcome.Infinite : Outcome.Text;
        }

        return float.IsFinite(value) ? Outcome.Number : Outcome.Infinite;
    }

    /// <summary>Empty, "NA", "N/A", "?", "null" or "NaN", in any case.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> field) => field.Length switch
    {
        0 => true,
        1 => field[0] == (byte)'?',
        2 => Ascii.EqualsIgnoreCase(field, "NA"u8),
        3 => Ascii.EqualsIgnoreCase(field, "NaN"u8) || Ascii.EqualsIgnoreCase(field, "N/A"u8),
        4 => Ascii.EqualsIgnoreCase(field, "null"u8) || Ascii.EqualsIgnoreCase(field, "-NaN"u8),
        _ => false,
    };

    /// <summary>"inf" with or without a sign, as C and Python write it; .NET knows "Infinity" by itself.</summary>
    private static bool IsInfinity(ReadOnlySpan<byte> field) =>
        Ascii.EqualsIgnoreCase(field is [(byte)'+' or (byte)'-', ..] ? field[1..] : field, "inf"u8);

    /// <returns>The field in quotes, shortened, for a message.</returns>
    public static string Quote(ReadOnlySpan<byte> field)
    {
        string text = Encoding.UTF8.GetString(field[..Math.Min(field.Length, QuotedCharactersMax * 4)]);
        return text.Length <= QuotedCharactersMax ? $"\"{text}\"" : $"\"{text[..QuotedCharactersMax]}…\"";
    }

    /// <summary>The end of a sentence on a feature that is no finite number.</summary>
    /// <param name="isTraining">Whether the run file can still be changed, or a trained model wants the feature as it is.</param>
    public static string Complaint(Outcome outcome, ReadOnlySpan<byte> field, bool isTraining)
    {
        string what = outcome switch
        {
            Outcome.Missing => field.IsEmpty ? "the value is missing" : $"{Quote(field)} stands for a missing value",
            Outcome.Infinite => $"{Quote(field)} is not a finite float32 number",
            _ => $"{Quote(field)} is not a number",
        };
        string remedy = (outcome, isTraining) switch
        {
            (Outcome.Missing, true) => "fill it in, or set data.missing to a number, \"mean\" or \"median\"",
            (Outcome.Missing, false) => "fill it in, or train with data.missing",
            (Outcome.Text, true) => "correct it, name the column in data.categories if it holds categories, or leave it out with data.ignore",
            _ => "correct it",
        };
        return $"{what}; {remedy}";
    }
}
