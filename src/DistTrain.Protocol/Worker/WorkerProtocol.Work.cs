using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <content>Assignments, weights, computations, sums.</content>
public sealed partial class WorkerProtocol
{
    private readonly WorkerRound _work;

    /// <summary>The newest round of this connection that sums were sent for; a later round shows that they were of use.</summary>
    private RoundNumber? _contributed;

    private void Assigned(CoordinatorMessage.Assign assign)
    {
        if (_stage != Stage.Ready)
        {
            return;
        }

        string? fault = _work.Take(assign.Round, assign.Ranges);
        AbandonUnwanted();
        if (fault is not null)
        {
            GoAway($"the coordinator's assignment makes no sense: {fault}");
        }
        else if (_contributed is RoundNumber before && before.Value < assign.Round.Number.Value)
        {
            _backOff.Reset();
        }
    }

    private void Cancelled(RoundNumber round)
    {
        if (round == _work.Number)
        {
            _work.Cancel();
            AbandonUnwanted();
            if (_stage == Stage.Leaving)
            {
                SayGoodbye();
            }
        }
    }

    private void WeightsArrived(CoordinatorMessage.Weights header)
    {
        if (!IsOfThisTerm(header.Term))
        {
            return;
        }

        _coordinatorWord = _now;
        if (_stage is not (Stage.Ready or Stage.Leaving))
        {
            return;
        }

        if (!_work.Note(header.Version, header.Bucket, out bool isNew))
        {
            GoAway(
                $"the coordinator sent bucket {header.Bucket} of the weights, this run has {_work.BucketCount}: "
                + "it runs another model");
        }
        else if (isNew)
        {
            OpenWeights(header.Version, header.Bucket);
        }
    }

    private void OpenWeights(WeightVersion version, int bucket)
    {
        bool torn = Canary == Canary.TornWeightsUsed;
        int end = torn ? _work.BucketCount : bucket + 1;
        for (int open = torn ? 0 : bucket; open < end; open++)
        {
            _effects.Add(new WorkerEffect.OpenWeights(version, open));
        }
    }

    private void ComputeNextNode()
    {
        while (_stage == Stage.Ready && _work.TryBegin(out TreeNode node))
        {
            _effects.Add(new WorkerEffect.Compute(_work.Round!, node));
        }
    }

    private void BucketComputed(WorkerEvent.BucketComputed computed)
    {
        if (_stage is Stage.Ready or Stage.Leaving
            && _work.NoteBucketSent(computed.Round, computed.Node, computed.Bucket))
        {
            SendSum(computed.Round, computed.Bucket, computed.Node, computed.ComputeMicroseconds, computed.Sums);
        }
    }

    private void SendSum(Round round, int bucket, TreeNode node, long microseconds, SumHandle sums) =>
        _effects.Add(new WorkerEffect.SendPartial(
            new WorkerMessage.PartialSum(_term, round.Number, bucket, node, microseconds), sums));

    private void NodeComputed(WorkerEvent.NodeComputed computed)
    {
        if (_stage is Stage.Ready or Stage.Leaving)
        {
            int buckets = computed.Round.SumBuckets(_work.BucketCount);
            long microseconds = computed.ComputeMicroseconds;
            for (int bucket = 0; bucket < buckets; bucket++)
            {
                if (_work.NoteBucketSent(computed.Round, computed.Node, bucket))
                {
                    SendSum(computed.Round, bucket, computed.Node, microseconds, computed.Sums);
                    microseconds = 0;
                    _contributed = computed.Round.Number;
                }
            }
        }

        _work.EndComputation(computed.Round, computed.Node);
        _effects.Add(new WorkerEffect.Release(computed.Sums));
        if (_stage == Stage.Leaving && !_work.IsComputingForNow)
        {
            SayGoodbye();
        }
    }

    private void NodeNotFinite(WorkerEvent.NodeNotFinite found)
    {
        if (_work.EndComputation(found.Round, found.Shard) && _stage is Stage.Ready or Stage.Leaving)
        {
            // The run ends with this; the other nodes would say no more.
            _work.DropPending();
            Send(new WorkerMessage.NotFinite(_term, found.Round.Number, found.Shard, found.Tensor, found.What));
        }

        if (_stage == Stage.Leaving)
        {
            SayGoodbye();
        }
    }

    private void NodeAbandoned(WorkerEvent.NodeAbandoned abandoned)
    {
        _work.EndComputation(abandoned.Round, abandoned.Node);
        if (_stage == Stage.Leaving && !_work.IsComputingForNow)
        {
            SayGoodbye();
        }
    }

    private void AbandonUnwanted()
    {
        if (_work.TakeAbandoned())
        {
            _effects.Add(new WorkerEffect.Abandon());
        }
    }

    private void ForgetWork()
    {
        _work.Forget();
        AbandonUnwanted();
        _contributed = null;
    }
}
