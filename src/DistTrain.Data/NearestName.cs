namespace DistTrain.Data;

/// <summary>Finds the name that a misspelt one was meant to be.</summary>
public static class NearestName
{
    /// <summary>Names compared; of a file with more columns the rest is not suggested.</summary>
    private const int CandidatesMax = 2_000;

    /// <summary>Letters; longer names are neither looked for nor suggested.</summary>
    private const int LengthMax = 64;

    /// <summary>Edits beyond which two names have nothing to do with each other: a third of the length, 2 at least.</summary>
    private static int DistanceMax(string name) => Math.Max(2, name.Length / 3);

    /// <returns>The nearest of <paramref name="known"/>, regardless of case; null where none is near.</returns>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length > LengthMax)
        {
            return null;
        }

        string? nearest = null;
        int nearestDistance = DistanceMax(name) + 1;
        foreach (string candidate in known.Take(CandidatesMax).Where(candidate => candidate.Length <= LengthMax))
        {
            int distance = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < nearestDistance && distance < candidate.Length)
            {
                nearest = candidate;
                nearestDistance = distance;
            }
        }

        return nearest;
    }

    /// <summary>
    /// Damerau-Levenshtein distance in its "optimal string alignment" form: insertions, deletions, substitutions and
    /// swaps of neighbours count 1 each.
    /// </summary>
    public static int Distance(string left, string right)
    {
        var distances = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                int cost = left[i - 1] == right[j - 1] ? 0 : 1;
                int distance = Math.Min(
                    Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1, distances[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    distance = Math.Min(distance, distances[i - 2, j - 2] + 1);
                }

                distances[i, j] = distance;
            }
        }

        return distances[left.Length, right.Length];
    }
}
