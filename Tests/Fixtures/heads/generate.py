"""Writes heads.json: what PyTorch computes for networks whose head has another number of outputs, and without any; and
training-zip.pth and training-legacy.pth: what training code keeps beside parameters.

    python generate.py

Weights and inputs are made from seeds (Weights/seeded.py); the arithmetic is float64. For each network: the outputs of
its head, and the mean over space of one layer, which a network without a head has, too.
"""

import argparse
import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "Weights"))
import networks  # noqa: E402
import seeded  # noqa: E402

models = networks.torchvision.models
CASES = [
    ("squeezenet1_1", lambda n: models.squeezenet1_1(num_classes=n), 10, "features.12.expand3x3"),
    ("googlenet-tv", lambda n: models.googlenet(num_classes=n, aux_logits=False, init_weights=False), 7, "inception5b.branch4.1.bn"),
]

result = []
for identifier, build, outputs, layer in CASES:
    model = build(outputs).eval()
    shapes = networks.parameter_shapes(model)
    state = {name: torch.from_numpy(array) for name, array in seeded.parameters(1, shapes).items()}
    model.load_state_dict(state, strict=False)
    model = model.double()
    means = []
    dict(model.named_modules())[layer].register_forward_hook(lambda module, inputs, output: means.append(output.mean((2, 3))[0]))
    image = torch.from_numpy(seeded.input(2, (1, 3, 224, 224), 1.0)).double()
    with torch.no_grad():
        logits = model(image)[0]
    result.append(
        {"model": identifier, "outputs": outputs, "logits": logits.tolist(), "layer": layer, "means": means[0].tolist()}
    )
(HERE / "heads.json").write_text(json.dumps(result) + "\n")

checkpoint = {
    "epoch": 3,
    "arch": "resnetblur50",
    "args": argparse.Namespace(model="resnetblur50.bt_in1k", lr=0.1, arch=None, name="x" * 300),
    "hyper_parameters": {"backbone": "resnet50", "layers": [3, 4]},
    "state_dict": {"conv1.weight": torch.ones(2)},
}
torch.save(checkpoint, HERE / "training-zip.pth")
torch.save(checkpoint, HERE / "training-legacy.pth", _use_new_zipfile_serialization=False)
