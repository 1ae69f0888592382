using System.Collections.Immutable;

namespace DistTrain.Protocol;

/// <content>Who computes which shards of the round in hand.</content>
internal sealed partial class Crew
{
    private readonly List<int> _shardsToGive = [];
    private readonly List<WorkerEntry> _takers = [];

    /// <summary>Ready workers that each shard was given to.</summary>
    private int[] _ownerCounts = [];
    private bool _mayHaveUnowned;

    /// <summary>Takes a worker's shards of the round in hand away from it.</summary>
    /// <returns>How many unfinished ones nobody owns now.</returns>
    private int GiveUpShardsOf(WorkerEntry worker)
    {
        if (!IsOpen || !worker.IsReady)
        {
            return 0;
        }

        int unowned = 0;
        for (int shard = 0; shard < _progress.Shards; shard++)
        {
            if (worker.Has(shard) && --_ownerCounts[shard] == 0 && !_progress.IsDone(shard))
            {
                unowned++;
            }
        }

        _mayHaveUnowned |= unowned > 0 && Settings.Canary != Canary.LostShardsForgotten;
        return unowned;
    }

    public void GiveUnownedShards()
    {
        if (!_mayHaveUnowned || _roster.ReadyCount == 0)
        {
            return;
        }

        _mayHaveUnowned = false;
        _shardsToGive.Clear();
        for (int shard = 0; shard < _progress.Shards; shard++)
        {
            bool isDone = _progress.IsDone(shard) && Settings.Canary != Canary.FinishedShardsGiven;
            if (_ownerCounts[shard] == 0 && !isDone && _progress.IsWanted(shard))
            {
                _shardsToGive.Add(shard);
            }
        }

        _takers.Clear();
        _takers.AddRange(_roster.All.Where(worker => worker.IsReady));
        Give();
    }

    public void RepeatLateShards()
    {
        if (Settings.SharesEvenly || !HasIdleWorker() || Settings.Canary == Canary.LateShardsLeft)
        {
            return;
        }

        _shardsToGive.Clear();
        Stragglers.AddLateShards(_roster.All, _progress, Round!.Kind, _now, _shardsToGive);
        if (_shardsToGive.Count == 0)
        {
            return;
        }

        _takers.Clear();
        _takers.AddRange(_roster.All.Where(worker => worker.IsIdle));
        int[] slow =
        [
            .. _shardsToGive.Select(shard => _roster.All.First(worker => worker.IsReady && worker.Has(shard)).Id.Value),
        ];
        int given = 0;
        foreach ((WorkerEntry helper, int count) in Give())
        {
            Notify(new Notice.ShardsRepeated(new WorkerId(slow[given]), helper.Id, count));
            given += count;
        }
    }

    /// <summary>Divides the shards to give among the takers, in order, and tells them.</summary>
    private List<(WorkerEntry Worker, int Count)> Give()
    {
        double[] speeds = new double[_takers.Count];
        int[] backlogs = new int[_takers.Count];
        (double ShardsPerSecondAndThread, double)? typical = Stragglers.Typical(_roster.All, Round!.Kind);
        for (int i = 0; i < speeds.Length; i++)
        {
            WorkerEntry worker = _takers[i];
            double unmeasured = worker.Threads * (typical?.ShardsPerSecondAndThread ?? 1);
            double? measured = Settings.SharesEvenly ? null : worker.Speed(Round.Kind).ShardsPerSecond;
            speeds[i] = measured ?? unmeasured;
            backlogs[i] = (int)Math.Min(int.MaxValue, (worker.Owed + _progress.Buckets - 1) / _progress.Buckets);
        }

        int[] counts = ShardAssignment.Split(_shardsToGive.Count, speeds, backlogs);
        if (_shardsToGive.Count == _progress.ShardsWanted
            && _shardsToGive[^1] - _shardsToGive[0] == _shardsToGive.Count - 1)
        {
            ShardAssignment.AlignBorders(counts, speeds, _shardsToGive[0]);
        }

        List<(WorkerEntry, int)> given = [];
        int next = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                SendWeightsIfLacking(_takers[i]);
                Assign(_takers[i], _shardsToGive.GetRange(next, counts[i]));
                given.Add((_takers[i], counts[i]));
                next += counts[i];
            }
        }

        return given;
    }

    /// <summary>As far as they are there; the others follow as they come.</summary>
    private void SendWeightsIfLacking(WorkerEntry worker)
    {
        if (worker.HasDelivered)
        {
            // It has had them all, and perhaps buckets of the next version.
            return;
        }

        WeightVersion version = Round!.Version;
        for (int bucket = 0; bucket < Settings.BucketCount; bucket++)
        {
            SendWeights(worker, version, bucket);
        }
    }

    private void Assign(WorkerEntry worker, List<int> shards)
    {
        List<ShardRange> ranges = [];
        foreach (int shard in shards)
        {
            worker.Give(shard, _now);
            _ownerCounts[shard]++;
            AddTo(ranges, shard, isApart: _progress.BeginsNode(shard));
        }

        foreach (ShardRange[] part in ranges.Chunk(MessageLimits.RangesMax))
        {
            Send(worker, new CoordinatorMessage.Assign(
                Settings.Term, Round!, ImmutableArray.Create(part)));
        }
    }

    private ImmutableArray<ShardRange> UnfinishedShards(WorkerEntry worker)
    {
        List<ShardRange> ranges = [];
        for (int shard = 0; shard < _progress.Shards; shard++)
        {
            if (worker.Has(shard) && !_progress.IsDone(shard))
            {
                AddTo(ranges, shard, isApart: false);
            }
        }

        return [.. ranges];
    }

    /// <param name="shard">After all that the ranges hold.</param>
    /// <param name="isApart">Begin a new range in any case.</param>
    private static void AddTo(List<ShardRange> ranges, int shard, bool isApart)
    {
        if (!isApart && ranges.Count > 0 && ranges[^1].End == shard)
        {
            ranges[^1] = ranges[^1] with { Count = ranges[^1].Count + 1 };
        }
        else
        {
            ranges.Add(new ShardRange(shard, 1));
        }
    }
}
