using DistTrain.Data;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Row numbers of rounds: the epoch's order for training, the part's own for evaluation. For one thread.</summary>
internal sealed class RowOrder(LoadedRun run)
{
    private int[] _train = [];
    private int[] _evaluated = [];
    private int _epoch = -1;

    /// <returns>Shape (round.Rows,); valid until the next call.</returns>
    public ReadOnlyMemory<int> Of(Round round)
    {
        if (round.Kind == RoundKind.Evaluate)
        {
            if (_evaluated.Length == 0)
            {
                _evaluated = [.. Enumerable.Range(0, run.Data.Evaluated!.RowCount)];
            }

            return _evaluated.AsMemory(round.FirstRow, round.Rows);
        }

        if (_epoch != round.Epoch)
        {
            if (_train.Length == 0)
            {
                _train = new int[run.Data.Train.RowCount];
            }

            SampleOrder.Fill(_train, run.Run.Training.Seed, round.Epoch, run.Run.Training.Shuffle);
            _epoch = round.Epoch;
        }

        return _train.AsMemory(round.FirstRow, round.Rows);
    }
}
