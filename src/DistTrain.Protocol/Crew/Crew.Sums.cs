using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <content>What workers compute: sums, and values that are no numbers.</content>
internal sealed partial class Crew
{
    private readonly List<(TreeNode Node, SumHandle Sum)> _whole = [];

    private void PartialArrived(WorkerId id, WorkerMessage.PartialSum header, SumHandle sum)
    {
        if (_lead.HasEnded || !_roster.TryGet(id, out WorkerEntry? worker))
        {
            _effects.Add(new CoordinatorEffect.Release(sum));
            return;
        }

        worker.LastWord = _now;
        bool isOfThisTerm = header.Term == Settings.Term || Settings.Canary == Canary.TermsIgnored;
        bool isOfThisRound = header.Round == Number
            || (Settings.Canary == Canary.StaleRoundsCount && header.Round.Value < Number.Value)
            || (Settings.Canary == Canary.TermsIgnored && header.Term != Settings.Term);
        bool isOfNow = isOfThisTerm && isOfThisRound && IsOpen;
        string? fault = isOfThisTerm ? FindFault(worker, header, isOfNow) : null;
        if (!isOfNow || fault is not null)
        {
            if (Settings.Canary != Canary.SumsKept)
            {
                _effects.Add(new CoordinatorEffect.Release(sum));
            }
        }
        else if (worker.Deliver(header, TreeShape.Shards(header.Node, _progress.Shards).Count, _now, Round!.Kind))
        {
            _progress.Insert(header.Bucket, header.Node, sum, _effects);
        }
        else
        {
            _effects.Add(new CoordinatorEffect.Release(sum));
            worker.Repetitions++;
            fault = worker.Repetitions > RepetitionsMax
                ? $"sent more than {RepetitionsMax} sums a second time in round {Number.Value}; restart it"
                : null;
        }

        if (fault is not null)
        {
            Violate(worker, fault);
        }
    }

    private void DoFrontWork()
    {
        _whole.Clear();
        int bucket = _progress.Work.TakeFront(_effects, _whole);
        foreach ((TreeNode node, SumHandle sum) in _whole)
        {
            _lead.SumCompleted(bucket, node, sum);
        }
    }

    /// <summary>What is wrong with a sum of this term, as a clause; null if nothing is, or it is of the past.</summary>
    private string? FindFault(WorkerEntry worker, WorkerMessage.PartialSum header, bool isOfNow)
    {
        if (worker.Stage is WorkerStage.Silent or WorkerStage.Loading)
        {
            return "sent a sum before it was ready";
        }

        if (header.Round.Value > Number.Value)
        {
            return $"sent a sum of round {header.Round.Value}, the newest is {Number.Value}; restart it";
        }

        if (!isOfNow)
        {
            return null;
        }

        if (header.Bucket < 0 || header.Bucket >= _progress.Buckets)
        {
            return $"sent a sum of bucket {header.Bucket}, this round has {_progress.Buckets}: it runs another model; "
                + "restart it with the coordinator's run file";
        }

        if (!TreeShape.Contains(header.Node, _progress.Shards))
        {
            return $"sent the sum of tree node {header.Node}, which a round of {_progress.Shards} shards does not have; "
                + "restart it";
        }

        ShardRange shards = TreeShape.Shards(header.Node, _progress.Shards);
        for (int shard = shards.First; shard < shards.End; shard++)
        {
            if (!worker.Has(shard))
            {
                return $"sent the sum of {shards} (tree node {header.Node}), but shard {shard} was never given to it; "
                    + "restart it";
            }
        }

        return null;
    }

    private void NotFinite(WorkerEntry worker, WorkerMessage.NotFinite found)
    {
        bool isOfNow = found.Round == Number && IsOpen
            && found.Shard >= 0 && found.Shard < _progress.Shards && worker.Has(found.Shard)
            && Settings.Canary != Canary.DivergenceIgnored;
        if (isOfNow)
        {
            _lead.NotFinite(worker, found);
        }
    }

    /// <summary>Sums that a worker may send again in one round; a link that breaks and heals needs none.</summary>
    private const int RepetitionsMax = 64;
}
