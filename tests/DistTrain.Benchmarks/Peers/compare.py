#!/usr/bin/python3
"""Training speed beside PyTorch's on this machine: each case in turn by both, some rounds, medians and paired ratios.

Run:  dotnet publish -c Release src/DistTrain.Cli -o out
      tests/DistTrain.Benchmarks/Peers/compare.py out/disttrain [--rounds 3] [--cases mlp:512:1 cnn:128:1] [--threads]

A case is model:batch:workers. PyTorch runs torch_ddp.py --tuned (Debian's python3-torch) with as many processes, of one
thread each; DistTrain runs `bench models` with as many worker processes, or in one process with one worker. With
--threads two workers are compared with one PyTorch process of two threads, ours as two workers in one process.
Prints a Markdown table; every single figure goes to standard error as it comes.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

STEPS = {"mlp": 300, "wide": 40, "cnn": 100}
TORCH = pathlib.Path(__file__).with_name("torch_ddp.py")


def ours(program, model, batch, workers, threads):
    engine = [] if workers == 1 or threads else ["--processes"]
    out = subprocess.run(
        [program, "bench", "models", model, "--batch", str(batch), "--workers", str(workers), "--steps", str(STEPS[model]),
         "--json", *engine], check=True, capture_output=True, text=True).stdout
    report = json.loads(out)
    return report["samplesPerSecond"]["median"], sum(report["peakBytes"]) / 1e6


def theirs(model, batch, workers, threads):
    spread = ["--procs", "1", "--threads", str(workers)] if threads else ["--procs", str(workers)]
    out = subprocess.run(
        ["/usr/bin/python3", str(TORCH), "--model", model, "--batch", str(batch), "--steps", str(STEPS[model]), "--tuned",
         *spread], check=True, capture_output=True, text=True).stdout
    report = json.loads(out.splitlines()[-1])
    return report["batch"] / report["step_ms_median"] * 1e3, report["peak_rss_mb"]


def text(values):
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("disttrain")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--cases", nargs="+", default=["mlp:512:1", "wide:512:1", "cnn:128:1"])
    arguments.add_argument("--threads", action="store_true")
    given = arguments.parse_args()
    print("| model | batch | workers | DistTrain samples/s | PyTorch samples/s | ratio | peak MB, both |")
    print("|---|---|---|---|---|---|---|")
    for case in given.cases:
        model, batch, workers = case.split(":")
        pairs = []
        for _ in range(given.rounds):
            pair = (ours(given.disttrain, model, int(batch), int(workers), given.threads),
                    theirs(model, int(batch), int(workers), given.threads))
            pairs.append(pair)
            print(case, *(f"{speed:,.0f} samples/s {memory:,.0f} MB" for speed, memory in pair), file=sys.stderr)
        ratios = [own[0] / other[0] for own, other in pairs]
        print(f"| {model} | {batch} | {workers} | {text([own[0] for own, _ in pairs])} "
              f"| {text([other[0] for _, other in pairs])} "
              f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}) "
              f"| {max(own[1] for own, _ in pairs):,.0f} / {max(other[1] for _, other in pairs):,.0f} |", flush=True)


if __name__ == "__main__":
    main()
