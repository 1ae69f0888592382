using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace DistTrain.Data;

/// <summary>Walks a CSV file's rows; each has as many fields as the first.</summary>
internal sealed class CsvRows : IDisposable
{
    /// <summary>Bytes of one row; bounds what an unclosed quote can take.</summary>
    private const int RowBytesMax = 1 << 24;

    private readonly SourceFile _file;
    private readonly CsvReader _reader;
    private readonly char _delimiter;

    /// <summary>The first row was read to look for a header, and it is none: it comes first.</summary>
    private bool _firstRowWaits;

    /// <param name="file">Disposed with this object.</param>
    /// <exception cref="DataException">The file is empty or its first row is broken.</exception>
    public CsvRows(SourceFile file, char delimiter, CsvHeader header)
    {
        _file = file;
        _delimiter = delimiter;
        _reader = CsvReader.Create(
            file.Stream,
            new CsvReaderOptions
            {
                Separator = CheckDelimiter(delimiter),
                HasHeader = false,
                TrimWhitespace = true,
                SkipEmptyLines = true,
                TrackLineNumbers = true,
                MaxRecordSize = RowBytesMax,
                MalformedData = CsvMalformedDataHandling.Throw,
            },
            leaveOpen: true);

        if (!ReadRow())
        {
            throw new DataException($"{file.Name} is empty, expected rows of numbers; give it some or name another file");
        }

        ColumnCount = _reader.FieldCount;
        FirstLine = Line;
        string? hint = SourceFile.GZipHint(_reader.RawRecord);
        if (hint is not null || _reader.RawRecord.Contains((byte)0))
        {
            throw NoText(hint);
        }

        HasHeader = header == CsvHeader.Yes || (header == CsvHeader.Auto && !FirstRowHasNumber());
        _firstRowWaits = !HasHeader;
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>(ColumnCount);
        for (int column = 0; column < ColumnCount; column++)
        {
            names.Add(HasHeader ? Encoding.UTF8.GetString(Field(column)) : $"column{column}");
        }

        ColumnNames = names.MoveToImmutable();
    }

    public string Name => _file.Name;

    public bool HasHeader { get; }

    public int ColumnCount { get; }

    /// <summary>Of the header, or "column0", "column1", ….</summary>
    public ImmutableArray<string> ColumnNames { get; }

    /// <summary>The line of the first row, header or not.</summary>
    public long FirstLine { get; }

    /// <summary>The line on which the current row starts, from 1.</summary>
    public long Line => _reader.LineNumber;

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="DataException">A ragged row or broken quotes.</exception>
    public bool Read()
    {
        if (_firstRowWaits)
        {
            _firstRowWaits = false;
            return true;
        }

        if (!ReadRow())
        {
            return false;
        }

        if (_reader.FieldCount != ColumnCount)
        {
            throw new DataException(
                $"{Name} line {Line} has {Count(_reader.FieldCount)}, expected {ColumnCount} as in line {FirstLine}; "
                + "correct the line" + DelimiterHint());
        }

        return true;
    }

    /// <summary>UTF-8 without surrounding space and quotes; valid until the next row.</summary>
    public ReadOnlySpan<byte> Field(int column) => _reader.GetSpan(column);

    /// <summary>As <see cref="Field"/>, for what is kept as text: names that differ must not become one name.</summary>
    /// <exception cref="DataException">It is in another encoding.</exception>
    public ReadOnlySpan<byte> Text(int column)
    {
        ReadOnlySpan<byte> field = Field(column);
        return Utf8.IsValid(field) ? field : throw NoText();
    }

    /// <summary>Of the current row, for messages.</summary>
    public string Place(int column) => $"{Name} line {Line}, column {Describe(column)}";

    public string Describe(int column) => HasHeader ? $"\"{ColumnNames[column]}\"" : $"{column} (from 0)";

    /// <summary>Where all of a file seems to be one column: the delimiter that it probably has.</summary>
    public string DelimiterHint()
    {
        ReadOnlySpan<byte> row = _reader.RawRecord;
        foreach (char candidate in ",;\t|")
        {
            if (candidate != _delimiter && _reader.FieldCount == 1 && row.Contains((byte)candidate))
            {
                return candidate == '\t'
                    ? ", or set data.delimiter to \"\\t\""
                    : $", or set data.delimiter to \"{candidate}\"";
            }
        }

        return "";
    }

    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }

    private DataException NoText(string? hint = null) => new(
        $"{Name} line {Line} is not UTF-8 text; {hint ?? "save the file as UTF-8, or name another one"}");

    private bool ReadRow()
    {
        try
        {
            return _reader.Read();
        }
        catch (CsvFormatException failure)
        {
            throw new DataException(
                $"{Name} line {Math.Max(failure.LineNumber, 1)} is not valid CSV: {failure.Message.TrimEnd('.')}; "
                + "correct its quotes");
        }
    }

    private bool FirstRowHasNumber()
    {
        for (int column = 0; column < ColumnCount; column++)
        {
            if (CsvNumber.Parse(Field(column), out _) is CsvNumber.Outcome.Number or CsvNumber.Outcome.Infinite)
            {
                return true;
            }
        }

        return false;
    }

    private static char CheckDelimiter(char delimiter) =>
        char.IsAscii(delimiter) && delimiter is not ('"' or '\r' or '\n' or '\0' or ' ' or '.') && !char.IsAsciiLetterOrDigit(delimiter)
            ? delimiter
            : throw new DataException(
                $"data.delimiter is '{delimiter}', expected a sign such as ',', ';', '|' or a tab");

    private static string Count(int fields) => fields == 1 ? "1 field" : $"{fields} fields";
}
