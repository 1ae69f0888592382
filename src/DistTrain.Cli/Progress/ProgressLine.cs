namespace DistTrain.Cli;

/// <summary>The line of a training under way, made to fit its terminal: what matters least is left out, nothing is cut.</summary>
internal static class ProgressLine
{
    private const int BarWidthMax = 30;

    private const int BarWidthMin = 8;

    private const string Gap = "  ";

    /// <param name="position">How far the run is, in words; always shown.</param>
    /// <param name="figures">
    /// In the order in which they are shown. Of those that do not fit together the one with the highest rank is left out.
    /// </param>
    /// <param name="share">How far the run is, 0 to 1.</param>
    /// <param name="width">Columns.</param>
    public static string Compose(string position, IEnumerable<(string Text, int Rank)> figures, double share, int width, bool isColored)
    {
        List<(string Text, int Rank)> shown = [.. figures.Where(figure => figure.Text.Length > 0)];
        while (shown.Count > 0 && Width(position, shown) > width)
        {
            shown.Remove(shown.MaxBy(figure => figure.Rank));
        }

        int barWidth = Math.Min(BarWidthMax, width - Width(position, shown) - Gap.Length);
        string[] parts =
        [
            position, .. barWidth >= BarWidthMin ? [Bar(share, barWidth, isColored)] : (string[])[],
            .. shown.Select(figure => figure.Text),
        ];
        return string.Join(Gap, parts);
    }

    private static int Width(string position, List<(string Text, int Rank)> figures) =>
        position.Length + figures.Sum(figure => Gap.Length + figure.Text.Length);

    private static string Bar(double share, int width, bool isColored)
    {
        int filled = Math.Clamp((int)(share * width), 0, width);
        string done = new('━', filled);
        return isColored
            ? $"\u001b[32m{done}\u001b[90m{new string('━', width - filled)}\u001b[0m"
            : done + new string('·', width - filled);
    }
}
