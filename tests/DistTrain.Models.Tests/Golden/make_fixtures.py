#!/usr/bin/python3
"""Makes the golden fixtures: outputs, losses and gradients of PyTorch (Debian's python3-torch) on fixed inputs.

Run: /usr/bin/python3 tests/DistTrain.Models.Tests/Golden/make_fixtures.py

Inputs and parameters are float32 values; PyTorch computes in float64 with its automatic differentiation, so that an
expected value is off by no more than its last written digit. Conventions of the project that differ from PyTorch's are
spelt out here: a linear weight is (inputs, units); a sample's loss is summed over its outputs; the batch's loss is the
mean over samples; batch normalisation takes its statistics per shard. No input of a ReLU is 0, where the gradients differ
by convention. Each fixture's model is built in GoldenCases.cs under the same name.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).parent / "Fixtures"


class Case:
    def __init__(self, name, input_shape, rows=6, shard_starts=None, seed=0):
        self.name = name
        self.random = np.random.default_rng([seed, *name.encode()])
        self.rows = rows
        self.shard_starts = shard_starts or [0, rows]
        self.features = self.draw(rows, *input_shape)
        self.parameters = {}
        self.statistics = {}
        self.has_input_gradient = True

    def draw(self, *shape, scale=1.0):
        """float32 values, kept as float64, none nearer to 0 than 1e-3."""
        values = self.random.standard_normal(shape)
        values = np.where(np.abs(values) < 1e-3, 1e-3, values) * scale
        return torch.from_numpy(values.astype(np.float32).astype(np.float64))

    def add(self, name, *shape, scale=None, offset=0.0):
        fan = int(np.prod(shape[:-1])) if len(shape) == 2 else int(np.prod(shape[1:]))
        values = self.draw(*shape, scale=scale or 1 / max(1.0, fan) ** 0.5) + offset
        values = torch.from_numpy(values.numpy().astype(np.float32).astype(np.float64))
        self.parameters[name] = values.requires_grad_()
        return self.parameters[name]

    def linear(self, index, inputs, units, bias=True):
        weight = self.add(f"layers.{index}.weight", inputs, units)
        offset = self.add(f"layers.{index}.bias", units, scale=0.1) if bias else None
        return lambda x: x @ weight + (offset if bias else 0)

    def conv(self, index, channels_in, channels, kernel, bias=True, **options):
        weight = self.add(f"layers.{index}.weight", channels, channels_in, *kernel)
        offset = self.add(f"layers.{index}.bias", channels, scale=0.1) if bias else None
        return lambda x: F.conv2d(x, weight, offset, **options)

    def batch_norm(self, prefix, channels, momentum=0.1, epsilon=1e-5):
        weight = self.add(f"{prefix}.weight", channels, scale=0.3, offset=1)
        bias = self.add(f"{prefix}.bias", channels, scale=0.3)
        for which, start in (("runningMean", 0.0), ("runningVariance", 1.0)):
            name = f"{prefix}.{which}"
            self.add(name, channels, scale=0.1, offset=start)
            self.statistics[name] = torch.zeros(channels, dtype=torch.float64)

        def forward(x):
            axes = [0, *range(2, x.dim())]
            share = len(x) / self.rows
            self.statistics[f"{prefix}.runningMean"] += share * x.mean(axes).detach()
            self.statistics[f"{prefix}.runningVariance"] += share * x.var(axes, unbiased=True).detach()
            return F.batch_norm(x, None, None, weight, bias, training=True, momentum=momentum, eps=epsilon)

        return forward

    def layer_norm(self, index, shape, epsilon=1e-5):
        weight = self.add(f"layers.{index}.weight", *shape, scale=0.3, offset=1)
        bias = self.add(f"layers.{index}.bias", *shape, scale=0.3)
        return lambda x: F.layer_norm(x, shape, weight, bias, epsilon)

    def save(self, forward, loss, targets):
        features = self.features.clone().requires_grad_(self.has_input_gradient)
        targets = torch.as_tensor(targets, dtype=torch.float64)
        outputs = [
            forward(features[start:end])
            for start, end in zip(self.shard_starts, self.shard_starts[1:]) if end > start
        ]
        output = torch.cat(outputs)
        mean_loss = loss(output, targets) / self.rows
        mean_loss.backward()
        gradients = {
            name: self.statistics.get(name, value.grad) for name, value in self.parameters.items()
        }
        fixture = {
            "rows": self.rows,
            "shardStarts": self.shard_starts,
            "features": numbers(self.features),
            "targets": numbers(targets),
            "parameters": {name: numbers(value) for name, value in self.parameters.items()},
            "output": numbers(output),
            "loss": float(f"{mean_loss.item():.12g}"),
            "gradients": {name: numbers(value) for name, value in gradients.items()},
        }
        if self.has_input_gradient:
            fixture["inputGradient"] = numbers(features.grad)
        lines = [f'  "{key}": {json.dumps(value, separators=(", ", ": "))}' for key, value in fixture.items()]
        (FOLDER / f"{self.name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def chain(*functions):
    def forward(x):
        for function in functions:
            x = function(x)
        return x

    return forward


def flatten(x):
    return x.reshape(len(x), -1)


def half_squared(output, targets):
    return 0.5 * (flatten(output) - targets).square().sum()


def cross_entropy(output, targets, label_smoothing=0.0):
    return F.cross_entropy(output, targets.reshape(-1).long(), reduction="sum", label_smoothing=label_smoothing)


def with_half_squared(case, forward):
    """A loss whose gradient differs in every element."""
    with torch.no_grad():
        saved = {name: value.clone() for name, value in case.statistics.items()}
        shape = flatten(forward(case.features[:2])).shape[1:]
        case.statistics.update(saved)
    case.save(forward, half_squared, case.draw(case.rows, *shape))


def activations():
    functions = {
        "relu": F.relu,
        "leakyRelu": lambda x: F.leaky_relu(x, 0.1),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": F.gelu,
        "silu": F.silu,
        "elu": lambda x: F.elu(x, 0.7),
        "softmax": lambda x: F.softmax(flatten(x), 1).reshape(x.shape),
        "flatten": flatten,
    }
    for name, function in functions.items():
        case = Case(name, (2, 3, 7), rows=5)
        case.features = case.features * 2
        case.features = torch.from_numpy(case.features.numpy().astype(np.float32).astype(np.float64))
        with_half_squared(case, function)


def losses():
    width = 5
    definitions = {
        "halfSquaredError": half_squared,
        "meanAbsolute": lambda o, y: (o - y).abs().sum(),
        "huber": lambda o, y: F.huber_loss(o, y, reduction="sum", delta=0.7),
    }
    for name, loss in definitions.items():
        case = Case(name, (4,), rows=9, shard_starts=[0, 3, 5, 9])
        case.save(case.linear(0, 4, width), loss, case.draw(9, width))

    case = Case("softmaxCrossEntropy", (4,), rows=9, shard_starts=[0, 3, 5, 9])
    case.save(case.linear(0, 4, width), cross_entropy, case.random.integers(0, width, (9, 1)))

    case = Case("softmaxCrossEntropySmoothed", (4,), rows=9, shard_starts=[0, 3, 5, 9])
    case.save(
        case.linear(0, 4, width), lambda o, y: cross_entropy(o, y, label_smoothing=0.1),
        case.random.integers(0, width, (9, 1)))

    case = Case("binaryCrossEntropyWithLogits", (4,), rows=9, shard_starts=[0, 3, 5, 9])
    case.save(
        case.linear(0, 4, 1),
        lambda o, y: F.binary_cross_entropy_with_logits(o, y, reduction="sum"),
        case.random.integers(0, 2, (9, 1)))


def layers():
    case = Case("linear", (7,), rows=6)
    with_half_squared(case, case.linear(0, 7, 5))
    case = Case("linearWithoutBias", (19,), rows=6)
    with_half_squared(case, case.linear(0, 19, 33, bias=False))

    case = Case("layerNorm", (3, 4, 5))
    with_half_squared(case, case.layer_norm(0, (3, 4, 5)))

    case = Case("batchNormFeatures", (11,), rows=13, shard_starts=[0, 4, 4, 9, 13])
    with_half_squared(case, case.batch_norm("layers.0", 11))
    case = Case("batchNormChannels", (3, 4, 5), rows=7, shard_starts=[0, 3, 7])
    with_half_squared(case, case.batch_norm("layers.0", 3))

    case = Case("residual", (6,), rows=5)
    inner = chain(case.linear("0.0", 6, 8), torch.tanh, case.linear("0.2", 8, 6))
    with_half_squared(case, lambda x: x + inner(x))

    case = Case("embedding", (4,), rows=6)
    case.features = torch.from_numpy(case.random.integers(0, 9, (6, 4)).astype(np.float64))
    case.has_input_gradient = False
    table = case.add("layers.0.weight", 9, 3)
    with_half_squared(case, lambda x: F.embedding(x.long(), table))


def planes():
    case = Case("conv2d", (2, 7, 6), rows=4)
    with_half_squared(case, case.conv(0, 2, 3, (3, 2)))
    case = Case("conv2dStridedPadded", (3, 9, 8), rows=4, shard_starts=[0, 1, 4])
    with_half_squared(case, case.conv(0, 3, 5, (4, 3), stride=(2, 3), padding=(2, 1)))
    case = Case("conv2dWithoutBias", (5, 5, 5), rows=3)
    with_half_squared(case, case.conv(0, 5, 17, (1, 1), bias=False))
    case = Case("maxPool2d", (2, 6, 8), rows=3)
    with_half_squared(case, lambda x: F.max_pool2d(x, (2, 2)))
    case = Case("maxPool2dStridedPadded", (2, 7, 9), rows=3)
    with_half_squared(case, lambda x: F.max_pool2d(x, (3, 2), stride=(2, 3), padding=(1, 1)))
    case = Case("averagePool2d", (2, 6, 9), rows=3)
    with_half_squared(case, lambda x: F.avg_pool2d(x, (2, 3)))
    case = Case("averagePool2dStridedPadded", (2, 7, 9), rows=3)
    with_half_squared(case, lambda x: F.avg_pool2d(x, (3, 2), stride=(2, 3), padding=(1, 1)))
    case = Case("globalAveragePool2d", (3, 5, 7), rows=3)
    with_half_squared(case, lambda x: flatten(F.adaptive_avg_pool2d(x, 1)))


def models():
    case = Case("modelMlp", (20,), rows=16, shard_starts=[0, 4, 8, 12, 16])
    case.save(
        chain(case.linear(0, 20, 16), F.relu, case.linear(2, 16, 12), F.relu, case.linear(4, 12, 5)),
        cross_entropy, case.random.integers(0, 5, (16, 1)))

    case = Case("modelWideMlp", (24,), rows=10, shard_starts=[0, 3, 6, 10])
    case.save(
        chain(case.linear(0, 24, 40), F.relu, case.linear(2, 40, 40), F.relu, case.linear(4, 40, 10)),
        cross_entropy, case.random.integers(0, 10, (10, 1)))

    case = Case("modelCnn", (1, 16, 16), rows=6, shard_starts=[0, 2, 4, 6])
    case.save(
        chain(
            case.conv(0, 1, 4, (5, 5)), lambda x: F.max_pool2d(x, 2), case.conv(2, 4, 6, (3, 3)),
            lambda x: F.max_pool2d(x, 2), flatten, case.linear(5, 24, 20), F.relu, case.linear(7, 20, 10)),
        cross_entropy, case.random.integers(0, 10, (6, 1)))

    case = Case("modelBatchNormResidual", (2, 8, 8), rows=9, shard_starts=[0, 4, 9])
    stem = chain(case.conv(0, 2, 4, (3, 3), bias=False, padding=1), case.batch_norm("layers.1", 4), F.relu)
    inner = chain(
        case.conv("3.0", 4, 4, (3, 3), bias=False, padding=1), case.batch_norm("layers.3.1", 4), F.relu,
        case.conv("3.3", 4, 4, (3, 3), bias=False, padding=1), case.batch_norm("layers.3.4", 4))
    case.save(
        chain(
            stem, lambda x: x + inner(x), F.relu, lambda x: F.avg_pool2d(x, 2), flatten, case.linear(7, 64, 12),
            case.layer_norm(8, (12,)), F.gelu, case.linear(10, 12, 5)),
        cross_entropy, case.random.integers(0, 5, (9, 1)))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    activations()
    losses()
    layers()
    planes()
    models()
    print(f"{len(list(FOLDER.glob('*.json')))} fixtures, {sum(f.stat().st_size for f in FOLDER.glob('*.json')):,} bytes")
