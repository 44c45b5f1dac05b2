"""Every network: what it records on every tier, and everything the program says of it."""
import json
import re

from .inputs import fixture

SLOW = ("scalar", "amx-emulated")


def tiers(program):
    """The tiers and arithmetics that run here, as (tier, precision)."""
    base = ["bench", "--model", "squeezenet1_1", "--weights", "seeded:1", "--explain"]
    refusal = program.run([*base, "--tier", "none"], "/").stderr.decode()
    names = re.search(r"only (.*)", refusal)[1].strip().split(", ")
    found = []
    for tier in names:
        for precision in ("fp32", "bf16x3", "bf16"):
            if program.run([*base, "--tier", tier, "--precision", precision], "/").returncode == 0:
                found.append((tier, precision))
    return found


def cases(program, quick):
    models = [model["identifier"] for model in json.loads(program.output("models", "--json"))["models"]]
    found = {}
    # The slow ones first: they are what everything else waits for in the end.
    for tier, precision in () if quick else sorted(tiers(program), key=lambda both: both[0] not in SLOW):
        for model in models:
            found[f"{model} on {tier} in {precision}"] = on_tier(model, tier, precision)
    for model in models:
        found[f"{model} records"] = records(model, quick)
        found[f"{model} says"] = says(model, quick)
    return found


def on_tier(model, tier, precision):
    def body(case):
        network = ["--model", model, "--weights", "seeded:1", "--tier", tier, "--precision", precision]
        images = case.inputs["one" if tier in SLOW else "few"]
        case.run("dump", *network, "--images", images, "--output", "all", "--layers", "all", "--batch-size", 2)
        case.files("all")
        case.run("bench", *network, "--explain")
        case.run("dump", *network, "--images", images, "--output", "baselines", "--baselines", "--limit", 1)
        case.files("baselines/baselines")
    return body


def records(model, quick):
    def body(case):
        network = ["--model", model, "--weights", "seeded:1"]

        def dump(output, images, *options):
            case.run("dump", *network, "--images", case.inputs[images], "--output", output, *options)
            case.files(output)
        dump("means", "few")
        if "photographs" in case.inputs:
            dump("photographs", "photographs", "--limit", 20 if quick else 60, "--baselines")
        if quick:
            return
        dump("single", "few", "--layers", "all", "--batch-size", 1, "--threads", 1)
        dump("greatest", "few", "--reduce", "max", "--dtype", "float16", "--unit-major")
        dump("first", "few", "--reduce", "token0", "--unit-major")
        dump("everything", "one", "--reduce", "none", "--dtype", "float16")
        dump("extremes", "few", "--keep", "extremes:2", "--baselines")
        case.run("report", "means", "--output", "atlas", "--threads", 1)
        case.files("atlas")
    return body


def says(model, quick):
    def body(case):
        network = ["--model", model, "--weights", "seeded:1"]
        picture = f"{case.inputs['few']}/n01440764/photograph.JPEG"
        case.run("layers", model)
        case.run("layers", model, "--relevant", "--json")
        case.run("dump", *network, "--images", "none", "--output", "none", "--layers", "all", "--explain")
        case.run("predict", *network, picture, ends=0 if not model.startswith("clip-") else 64)
        case.run("verify", *network, "--reference", fixture("references", f"{model}.safetensors"), "--json")
        case.run("units", "sample", "--model", model)
        case.run("weights", "verify", model, ends=66)
        if quick:
            return
        case.run("dump", *network, "--images", case.inputs["few"], "--output", "none", "--dry-run", "--json", "--keep",
                 "extremes:9")
        case.run("dump", *network, "--images", "none", "--output", "none", "--baselines", "--explain")
        case.run("dump", *network, "--images", "none", "--output", "none", "--reduce", "max", "--explain")
        case.run("dump", *network, "--images", "none", "--output", "none", "--reduce", "none", "--explain")
        case.run("predict", *network, picture, "--json", ends=0 if not model.startswith("clip-") else 64)
        case.run("verify", *network, "--reference", fixture("references", f"{model}.safetensors"), "--bisect",
                 "--batch-size", 1, "--threads", 1)
        case.run("units", "list", "--model", model)
        case.run("units", "sample", "--model", model, "--count", 9, "--seed", 43, "--json")
        case.run("units", "sample", "--model", model, "--layers", "all", "--format", "csv")
    return body
