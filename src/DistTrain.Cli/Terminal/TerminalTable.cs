using System.Text.RegularExpressions;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>
/// A table without lines but one under its head. A terminal that is too narrow for it gets its columns closer together, or
/// else in several parts below each other, each of which begins with the first column: no figure is cut or broken.
/// </summary>
/// <param name="heads">Plain text.</param>
internal sealed partial class TerminalTable(params string[] heads)
{
    /// <summary>What the border adds to a line, and a column's margin to the widest of its texts.</summary>
    private const int BorderWidth = 1;

    private const int WideMargin = 3;

    private const int CloseMargin = 2;

    private readonly List<string[]> _rows = [];

    /// <param name="cells">Markup, one for each head.</param>
    public void AddRow(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, heads.Length);
        _rows.Add(cells);
    }

    public void WriteTo(IAnsiConsole console)
    {
        int[] widths = [.. heads.Select((head, column) => _rows.Select(row => Markup.Remove(row[column])).Append(head).Max(text => text.GetCellWidth()))];
        int most = console.Profile.Width - BorderWidth;
        int margin = widths.Sum(width => width + WideMargin) <= most ? WideMargin : CloseMargin;
        for (int next = 0; next < heads.Length;)
        {
            List<int> columns = next == 0 ? [] : [0];
            int used = columns.Sum(column => widths[column] + margin);
            do
            {
                used += widths[next] + margin;
                columns.Add(next++);
            }
            while (next < heads.Length && used + widths[next] + margin <= most);

            console.Write(Part(columns, isWide: margin == WideMargin));
        }
    }

    private Table Part(List<int> columns, bool isWide)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
        foreach (int column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heads[column]))
            {
                NoWrap = true,
                Alignment = column > 0 && _rows.All(row => Figure().IsMatch(Markup.Remove(row[column])))
                    ? Justify.Right : Justify.Left,
                Padding = new Padding(isWide ? 1 : 0, 0, 1, 0),
            });
        }

        foreach (string[] row in _rows)
        {
            table.AddRow([.. columns.Select(column => row[column])]);
        }

        return table;
    }

    /// <summary>A number, perhaps with a unit and a range behind it, or what stands for none.</summary>
    [GeneratedRegex(@"^(|·|-|none|[\d,]+(\.\d+)?(e[+-]\d+)?( %)?( \(.*\))?)$")]
    private static partial Regex Figure();
}
