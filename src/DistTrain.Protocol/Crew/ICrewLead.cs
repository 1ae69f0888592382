using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What the machine above a <see cref="Crew"/> decides: the coordinator, or an aggregator.</summary>
internal interface ICrewLead
{
    /// <summary>The run is over; whoever still comes is told so.</summary>
    bool HasEnded { get; }

    /// <summary>Why newcomers are to look for another node; null: they are welcome.</summary>
    string? SendsAwayBecause { get; }

    /// <summary>Whether the bucket of that version can be sent to workers now.</summary>
    bool HoldsWeights(WeightVersion version, int bucket);

    /// <summary>A sum is complete as far as this round wants it here, and its turn has come. It is the lead's from now on.</summary>
    void SumCompleted(int bucket, TreeNode node, SumHandle sum);

    /// <summary>A value of the round in hand is no number.</summary>
    void NotFinite(WorkerEntry worker, WorkerMessage.NotFinite found);

    /// <summary>A worker has served a newer term than this node's.</summary>
    void Superseded(WorkerEntry witness, Term newer);
}
