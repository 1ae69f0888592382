namespace DistTrain.Data;

/// <summary>Finds what a misspelt name probably meant.</summary>
internal static class NearestName
{
    /// <summary>Names compared; a file with more columns gets no suggestion from the rest.</summary>
    private const int CandidatesMax = 2_000;

    private const int NameLengthMax = 64;

    /// <returns>The nearest candidate by edit distance, upper and lower case alike; null where none is near.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length > NameLengthMax)
        {
            return null;
        }

        string? best = null;
        int bestDistance = (name.Length / 3) + 1;
        foreach (string candidate in candidates.Take(CandidatesMax))
        {
            if (candidate.Length > NameLengthMax)
            {
                continue;
            }

            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best;
    }

    /// <summary>Levenshtein's, by rows of the table.</summary>
    private static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[NameLengthMax + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(substituted, 1 + Math.Min(above, row[j - 1]));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
