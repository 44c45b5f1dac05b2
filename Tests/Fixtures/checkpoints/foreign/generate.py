"""Writes files of PyTorch's beside this one that are not state dictionaries: exported, frozen, traced by torch.fx, whole.

Needs torch; expected.json has the values of those that hold tensors under names.
"""

import argparse
import json
import pathlib
import warnings

import torch

HERE = pathlib.Path(__file__).parent


class Head(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.Linear(2, 2))

    def forward(self, x):
        return self.layers(x)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.simplefilter("ignore")
    torch.manual_seed(1)
    head = Head().eval()
    torch.export.save(torch.export.export(head, (torch.ones(1, 3),)), HERE / "export.pt2")
    torch.jit.freeze(torch.jit.script(head)).save(HERE / "frozen.pt")
    torch.save(torch.fx.symbolic_trace(head), HERE / "fx.pth")
    torch.save(head, HERE / "whole.pth")
    state = {name: value.flatten().tolist() for name, value in head.state_dict().items()}
    (HERE / "expected.json").write_text(json.dumps({"fx.pth": state, "whole.pth": state}, indent=1) + "\n")
