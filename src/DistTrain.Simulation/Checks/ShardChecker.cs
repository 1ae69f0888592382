using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// Stands beside a coordinator and keeps its own account of who has which shards: a worker's death costs its unfinished
/// shards and nothing else, these go to the others at once, and late ones are computed again by an idle worker.
/// Beside an aggregator it is told of no sums, and sees to it that no worker is given a shard of a round twice.
/// </summary>
internal sealed class ShardChecker(TinyTask task, SimulatedProcess owner)
{
    private readonly HashSet<(int Bucket, int Shard)> _in = [];
    private readonly HashSet<(WorkerId Worker, int Shard)> _given = [];
    private readonly HashSet<(WorkerId Worker, int Bucket, int Shard)> _delivered = [];
    private Round? _round;
    private (long Number, int Shard)? _leftLate;

    /// <summary>A sum of the round in hand came in.</summary>
    /// <param name="isTaken">It was not released: it is the first of its kind.</param>
    public void Delivered(WorkerId worker, WorkerMessage.PartialSum header, bool isTaken)
    {
        if (_round is null || header.Round != _round.Number || !TreeShape.Contains(header.Node, _round.ShardCount))
        {
            return;
        }

        ShardRange shards = TreeShape.Shards(header.Node, _round.ShardCount);
        for (int shard = shards.First; shard < shards.End; shard++)
        {
            _delivered.Add((worker, header.Bucket, shard));
            if (isTaken)
            {
                _in.Add((header.Bucket, shard));
            }
        }
    }

    public void Given(WorkerId worker, CoordinatorMessage.Assign assign)
    {
        if (_round != assign.Round)
        {
            _round = assign.Round;
            _in.Clear();
            _delivered.Clear();
            _given.Clear();
        }

        foreach (int shard in assign.Ranges.SelectMany(range => Enumerable.Range(range.First, range.Count)))
        {
            if (IsDone(shard))
            {
                throw new PromiseBrokenException($"{owner} gives shard {shard} of {_round} out again, which is finished");
            }

            if (_leftLate == (assign.Round.Number.Value, shard))
            {
                // Between two looks that may lie far apart (a coordinator that is frozen is not looked at) it is repeated.
                _leftLate = null;
            }

            if (!_given.Add((worker, shard)))
            {
                throw new PromiseBrokenException($"{owner} gives shard {shard} of {_round} to {worker} twice");
            }
        }
    }

    /// <summary>After each event: nobody's death leaves a shard to nobody.</summary>
    public void CheckOwners(CoordinatorStatus status)
    {
        if (status.Round is null || status.Round != _round || IsComplete())
        {
            return;
        }

        HashSet<WorkerId> ready = [.. Ready(status).Select(worker => worker.Worker)];
        if (ready.Count == 0)
        {
            return;
        }

        HashSet<int> owned = [.. _given.Where(gift => ready.Contains(gift.Worker)).Select(gift => gift.Shard)];
        for (int shard = 0; shard < _round.ShardCount; shard++)
        {
            if (!IsDone(shard) && !owned.Contains(shard))
            {
                throw new PromiseBrokenException(
                    $"{owner} leaves shard {shard} of {_round} to nobody, although {ready.Count} workers are ready");
            }
        }
    }

    /// <summary>Now and then: what is late at two looks in a row while somebody sits idle is not repeated at all.</summary>
    public void CheckLate(CoordinatorStatus status)
    {
        int? shard = LeftLate(status);
        (long, int)? found = shard is int left ? (status.Round!.Number.Value, left) : null;
        if (found is not null && found == _leftLate)
        {
            throw new PromiseBrokenException(
                $"{owner} has nobody repeat shard {shard} of {status.Round}, which is late, although a worker is idle: "
                + string.Join(", ", status.Workers));
        }

        _leftLate = found;
    }

    private int? LeftLate(CoordinatorStatus status)
    {
        if (status.Round is null || status.Round != _round || !Ready(status).Any(worker => IsIdle(worker.Worker)))
        {
            return null;
        }

        HashSet<int> inTime = [.. Ready(status).Where(worker => worker.Health != "late").SelectMany(Unfinished)];
        return Ready(status).Where(worker => worker.Health == "late").SelectMany(Unfinished)
            .Where(shard => !inTime.Contains(shard)).Select(shard => (int?)shard).FirstOrDefault();
    }

    private static IEnumerable<WorkerStatus> Ready(CoordinatorStatus status) =>
        status.Workers.Where(worker => worker.IsReady);

    private static IEnumerable<int> Unfinished(WorkerStatus worker) =>
        worker.Unfinished.SelectMany(range => Enumerable.Range(range.First, range.Count));

    /// <summary>All that it was given it has sent, be it of use or not; it does not compute.</summary>
    private bool IsIdle(WorkerId worker)
    {
        int buckets = _round!.SumBuckets(task.Buckets);
        return _given.Where(gift => gift.Worker == worker).All(gift =>
            Enumerable.Range(0, buckets).All(bucket => _delivered.Contains((worker, bucket, gift.Shard))));
    }

    private bool IsDone(int shard)
    {
        for (int bucket = 0; bucket < _round!.SumBuckets(task.Buckets); bucket++)
        {
            if (!_in.Contains((bucket, shard)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsComplete() => Enumerable.Range(0, _round!.ShardCount).All(IsDone);
}
