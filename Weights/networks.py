"""The networks of the catalogue as PyTorch builds them, with the hook points and names of the study.

Every network is a module whose parameters and taps carry the names the engine uses: named_modules() joined by dots,
for CLIP the image tower under `visual`.
"""

import contextlib
import importlib.util
import json
import pathlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn


def import_torchvision():
    """torchvision, also where its compiled operators are absent or were built for another PyTorch.

    Its Python code registers fakes for nms and qnms on import and fails when nothing declares them; no network here
    calls either. Where the operators do load, nothing is declared: twice would be an error.
    """
    for file in pathlib.Path(importlib.util.find_spec("torchvision").origin).parent.glob("_C*"):
        with contextlib.suppress(OSError):
            torch.ops.load_library(file)
    if not hasattr(torch.ops.torchvision, "nms"):
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import_torchvision.library = library  # the declarations live as long as this object
    return importlib.import_module("torchvision")


torchvision = import_torchvision()

import open_clip  # noqa: E402
import timm  # noqa: E402
from lucent.modelzoo.inceptionv1.InceptionV1 import InceptionV1  # noqa: E402
from open_clip import modified_resnet  # noqa: E402
from torchvision import transforms  # noqa: E402
from torchvision.models import resnet  # noqa: E402

# ---------------------------------------------------------------------------------------------- the study's hook points


class Bottleneck(resnet.Bottleneck):
    """torchvision's block with a module, `shortcut`, that sees the residual sum before the last ReLU."""

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(self.shortcut(out + identity))


class ClipBottleneck(modified_resnet.Bottleneck):
    """open_clip's block with the same `shortcut`."""

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.act1(self.bn1(self.conv1(x)))
        out = self.act2(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(self.avgpool(out)))
        return self.act3(self.shortcut(out + identity))


def with_shortcuts(model):
    """Gives every bottleneck of a ResNet its `shortcut`."""
    for block in model.modules():
        if isinstance(block, (resnet.Bottleneck, modified_resnet.Bottleneck)):
            block.__class__ = Bottleneck if isinstance(block, resnet.Bottleneck) else ClipBottleneck
            block.shortcut = nn.Identity()
    return model


class ImageTower(open_clip.CLIP):
    """A CLIP model that answers an image with its embedding, before normalisation. The text tower only rests beside."""

    def forward(self, image):
        return self.encode_image(image)


# --------------------------------------------------------------------------------------------------------- preprocessing


def standardized(resize, filter, crop, mean, deviation):
    """Resize, centre crop, ToTensor, Normalize."""
    return transforms.Compose(
        [
            transforms.Resize(resize, interpolation=filter, antialias=True),
            transforms.CenterCrop(crop),
            transforms.ToTensor(),
            transforms.Normalize(mean, deviation),
        ]
    )


BILINEAR, BICUBIC = transforms.InterpolationMode.BILINEAR, transforms.InterpolationMode.BICUBIC
HALF = (0.5, 0.5, 0.5)
IMAGENET = standardized(256, BILINEAR, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CLIP = standardized(
    224, BICUBIC, 224, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
)
AUGREG = standardized(248, BICUBIC, 224, HALF, HALF)
# torchvision's transform_input turns ImageNet's statistics into these inside the network.
GOOGLENET_TV = standardized(256, BILINEAR, 224, HALF, HALF)


def inception(image):
    """-117...138, crop 229: the study's for Lucid's InceptionV1."""
    image = transforms.CenterCrop(229)(transforms.Resize(256, interpolation=BILINEAR, antialias=True)(image))
    return transforms.ToTensor()(image) * 255 - 117


def caffe(image):
    """BGR minus the ImageNet means, never scaled, crop 227."""
    image = transforms.CenterCrop(227)(transforms.Resize(256, interpolation=BILINEAR, antialias=True)(image))
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).flip(0).float()
    return pixels - torch.tensor([103.939, 116.779, 123.68])[:, None, None]


# -------------------------------------------------------------------------------------------------------------- networks

MANIFEST = json.loads(pathlib.Path(__file__).with_name("MANIFEST.json").read_text())
# The files of the published weights by identifier, best first.
PUBLISHED = {entry["model"]: entry["files"] for entry in MANIFEST["models"]}


@dataclass(frozen=True)
class Network:
    """How one identifier is built, fed and recorded."""

    build: Callable[[bool], nn.Module]  # argument: whether with the official weights
    taps: str  # full match on dotted names: the study's relevant layers
    preprocess: Callable = IMAGENET
    size: int = 224
    # Of seeded inputs: about that of the real ones, for Lucid's response normalisation is not linear.
    input_deviation: float = 1.0
    channels_last: str = "$^"  # taps whose maps are images x height x width x channels
    damping: dict[str, float] = field(default_factory=dict)  # of seeded weights: see seeded.distribution

    def relevant(self, model):
        """The dotted names of the taps, in the order of named_modules()."""
        return [name for name, _ in model.named_modules() if re.fullmatch(self.taps, name)]


def _published(identifier, weights):
    """The member of one of torchvision's enumerations that the manifest names."""
    urls = {file["url"] for file in PUBLISHED[identifier]}
    return next(member for member in weights if member.url in urls)


def _torchvision(identifier, constructor, weights):
    return lambda pretrained: constructor(weights=_published(identifier, weights) if pretrained else None)


def _resnet(identifier, constructor, weights):
    build = _torchvision(identifier, constructor, weights)
    return lambda pretrained: with_shortcuts(build(pretrained))


def _robust_resnet(identifier):
    def build(pretrained):
        model = resnet.resnet50(weights=None)
        if pretrained:
            from huggingface_hub import hf_hub_download

            from checkpoints import load

            url = PUBLISHED[identifier][0]["url"]
            repository, file = re.fullmatch(r"https://huggingface.co/([^/]+/[^/]+)/resolve/main/(.+)", url).groups()
            model.load_state_dict(load(hf_hub_download(repository, file)))
        return with_shortcuts(model)

    return build


def _googlenet(pretrained):
    return InceptionV1(pretrained=pretrained, redirected_ReLU=False)


def _googlenet_torchvision(pretrained):
    weights = _published("googlenet-tv", torchvision.models.GoogLeNet_Weights) if pretrained else None
    options = {} if pretrained else {"init_weights": True, "aux_logits": False}
    model = torchvision.models.googlenet(weights=weights, **options)
    model.aux_logits, model.aux1, model.aux2 = False, None, None
    model.transform_input = False  # GOOGLENET_TV does it
    return model


def _timm(identifier):
    name = next(file["name"] for file in PUBLISHED[identifier] if "huggingface.co/timm/" in file["url"])
    return lambda pretrained: timm.create_model(name.removesuffix(".safetensors"), pretrained=pretrained)


def _clip(name, tag, quick_gelu=False):
    """`quick_gelu`: OpenAI's activation; without a tag open_clip does not know that it is wanted."""

    def build(pretrained):
        model = open_clip.create_model(
            name, pretrained=tag if pretrained else None, precision="fp32", force_quick_gelu=quick_gelu
        )
        model.__class__ = ImageTower
        return with_shortcuts(model)

    return build


RESNET = r"layer\d\.\d+\.(conv[123]|bn[123]|shortcut)"
RESNET_DAMPING = {"bn3.weight": 0.3}
CLIP_VIT_DAMPING = {"attn.out_proj": 0.1, "mlp.c_proj": 0.1, "ln_pre": 0.1}
SQUEEZENET = r"features\.0|features\.\d+\.(squeeze|expand1x1|expand3x3)|classifier\.1"
models = torchvision.models
NETWORKS = {
    "googlenet": Network(
        _googlenet,
        r"mixed.*pre_relu_conv.*",
        preprocess=inception,
        size=229,
        input_deviation=60.0,
        damping={"softmax2_pre_activation_matmul": 0.003},
    ),
    "resnet50": Network(
        _resnet("resnet50", resnet.resnet50, resnet.ResNet50_Weights), RESNET, damping=RESNET_DAMPING
    ),
    "resnet50-l2": Network(_robust_resnet("resnet50-l2"), RESNET, damping=RESNET_DAMPING),
    "resnet50-linf": Network(_robust_resnet("resnet50-linf"), RESNET, damping=RESNET_DAMPING),
    "wide_resnet50": Network(
        _resnet("wide_resnet50", resnet.wide_resnet50_2, resnet.Wide_ResNet50_2_Weights),
        RESNET,
        damping=RESNET_DAMPING,
    ),
    "densenet_201": Network(
        _torchvision("densenet_201", models.densenet201, models.DenseNet201_Weights),
        r"features\.denseblock.*\.(norm|conv)[12]|features\.transition.*\.(norm|conv)",
    ),
    "convnext_b": Network(
        _timm("convnext_b"),
        # mlp.norm, an Identity, is in one of the two lists the study may have used.
        r"stages\.\d\.blocks\.\d+(\.(conv_dw|norm|mlp\.fc1|mlp\.norm|mlp\.fc2))?",
        channels_last=r".*\.(norm|mlp\.\w+)",
        damping={"mlp.fc2": 0.1, "conv_dw": 0.05},
    ),
    "in1k-vit_b32": Network(
        _timm("in1k-vit_b32"),
        r"blocks\.\d+\.(norm[12]|ls[12]|mlp\.fc[12])",
        preprocess=AUGREG,
        damping={"attn.proj": 0.1, "mlp.fc2": 0.1, "patch_embed.proj": 0.1},
    ),
    "clip-vit_b32": Network(
        _clip("ViT-B-32", "laion2b_s34b_b79k"),
        r"visual\.transformer\.resblocks\.\d+\.(ln_[12]|ls_[12]|mlp\.c_fc|mlp\.c_proj)",
        preprocess=CLIP,
        damping=CLIP_VIT_DAMPING,
    ),
    "clip-vit_b32-openai": Network(
        _clip("ViT-B-32", "openai", quick_gelu=True),
        r"visual\.transformer\.resblocks\.\d+\.(ln_[12]|ls_[12]|mlp\.c_fc|mlp\.c_proj)",
        preprocess=CLIP,
        damping=CLIP_VIT_DAMPING,
    ),
    "clip-resnet50": Network(
        _clip("RN50", "openai"),
        r"visual\." + RESNET,
        preprocess=CLIP,
        damping=RESNET_DAMPING | {"q_proj": 0.5, "k_proj": 0.5},
    ),
    "squeezenet1_1": Network(
        _torchvision("squeezenet1_1", models.squeezenet1_1, models.SqueezeNet1_1_Weights), SQUEEZENET
    ),
    "squeezenet1_1-caffe": Network(
        lambda pretrained: models.squeezenet1_1(),  # the original weights are only had as a file
        SQUEEZENET,
        preprocess=caffe,
        size=227,
        input_deviation=60.0,
    ),
    "googlenet-tv": Network(
        _googlenet_torchvision, r"(conv|inception).*\.(conv|bn)", preprocess=GOOGLENET_TV
    ),
}


def parameter_shapes(model):
    """Name to shape of everything inference reads: no counters of batches, of CLIP no text tower."""
    shapes = {name: tuple(t.shape) for name, t in model.state_dict().items()}
    prefix = "visual." if isinstance(model, ImageTower) else ""
    return {
        name: shape
        for name, shape in shapes.items()
        if name.startswith(prefix) and not name.endswith("num_batches_tracked")
    }


def spatial_mean(name, activation, network):
    """One number per unit and image: the mean over space, or over all tokens, class token included."""
    if activation.ndim == 4:
        axes = (1, 2) if re.fullmatch(network.channels_last, name) else (2, 3)
        return activation.mean(axes)
    return activation.mean(1) if activation.ndim == 3 else activation.clone()


def record(identifier, model, images, batch=8):
    """Runs `images` in the model's own precision.

    Returns the logits and, by dotted name, the mean of every relevant layer, all as float64 arrays.
    """
    network = NETWORKS[identifier]
    for module in model.modules():  # newer open_clip is batch first, the study's was not: spatial_mean assumes it
        assert not isinstance(module, nn.MultiheadAttention) or module.batch_first
    sums = {}

    def hook(name):
        # Reduce at once: the next module may work in place.
        return lambda module, arguments, output: sums.setdefault(name, []).append(
            spatial_mean(name, output.detach(), network)
        )

    modules = dict(model.named_modules())
    handles = [modules[name].register_forward_hook(hook(name)) for name in network.relevant(model)]
    dtype = next(model.parameters()).dtype
    logits = []
    with torch.inference_mode():
        for first in range(0, len(images), batch):
            logits.append(model(images[first : first + batch].to(dtype)))
    for handle in handles:
        handle.remove()
    taps = {name: torch.cat(parts).double().numpy() for name, parts in sums.items()}
    return torch.cat(logits).double().numpy(), taps
