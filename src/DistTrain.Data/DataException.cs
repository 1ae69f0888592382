namespace DistTrain.Data;

/// <summary>Data that cannot be used. The message says what is wrong, in which file, line and column, and what to do.</summary>
/// <remarks>
/// The message is one line that a terminal can show: control characters, which quoted pieces of a damaged file may
/// bring in, become spaces, and an overlong one is cut.
/// </remarks>
public sealed class DataException(string message) : Exception(OneLine(message))
{
    private const int CharactersMax = 2_000;

    private static string OneLine(string message)
    {
        string cut = message.Length <= CharactersMax ? message : string.Concat(message.AsSpan(0, CharactersMax), "…");
        return string.Create(cut.Length, cut, static (line, text) =>
        {
            for (int index = 0; index < line.Length; index++)
            {
                line[index] = char.IsControl(text[index]) ? ' ' : text[index];
            }
        });
    }
}
