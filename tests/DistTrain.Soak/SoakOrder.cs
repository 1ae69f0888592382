using System.Globalization;

namespace DistTrain.Soak;

/// <summary>What is to happen to one training run.</summary>
internal sealed record SoakOrder
{
    public const string Usage =
        "usage: [--run RUN.json] [--set path=value]... [--workers N] [--kills N] [--freezes N] [--leaves N] "
        + "[--coordinator-kills N] [--seed S] | --straggler [--run RUN.json]";

    public string RunFile { get; init; } = "examples/digits/run.json";

    /// <summary>By default 480,000 steps, of 256 rows: about half a millisecond each, so that the faults end before the run.</summary>
    public IReadOnlyList<string> Settings { get; init; } = ["training.batchSize=256", "training.epochs=80000"];

    /// <summary>Worker processes at a time.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Workers that are killed; for each a new one joins.</summary>
    public int Kills { get; init; } = 200;

    public int Freezes { get; init; } = 5;

    public int Leaves { get; init; } = 10;

    public int CoordinatorKills { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Instead of faults: measure what a slow worker costs.</summary>
    public bool IsStraggler { get; init; }

    /// <returns>Null: the arguments are wrong.</returns>
    public static SoakOrder? Parse(IReadOnlyList<string> arguments)
    {
        SoakOrder order = new();
        List<string> settings = [];
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (arguments[i] == "--straggler")
            {
                order = order with { IsStraggler = true };
                i--;
                continue;
            }

            if (i + 1 == arguments.Count)
            {
                return null;
            }

            string value = arguments[i + 1];
            bool isCount = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            switch (arguments[i])
            {
                case "--run":
                    order = order with { RunFile = value };
                    break;
                case "--set":
                    settings.Add(value);
                    break;
                case "--workers" when isCount && count >= 3:
                    order = order with { Workers = count };
                    break;
                case "--kills" when isCount:
                    order = order with { Kills = count };
                    break;
                case "--freezes" when isCount:
                    order = order with { Freezes = count };
                    break;
                case "--leaves" when isCount:
                    order = order with { Leaves = count };
                    break;
                case "--coordinator-kills" when isCount:
                    order = order with { CoordinatorKills = count };
                    break;
                case "--seed" when isCount:
                    order = order with { Seed = (ulong)count };
                    break;
                default:
                    return null;
            }
        }

        return settings.Count > 0 ? order with { Settings = settings } : order;
    }
}
