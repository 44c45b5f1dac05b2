"""Every kind of recording, and everything that is made from one, with the smallest network."""
import os
import shutil

from .inputs import CLASSES, fixture

NETWORK = ["--model", "squeezenet1_1", "--weights", "seeded:1"]
SOME = ["--layers", "features.*.squeeze,classifier.1"]
# Each kind of dump: with shards, stopped and resumed, and for any batch and number of threads it has to be the same.
KINDS = {
    "matrices": [],
    "halves of all layers": ["--layers", "all", "--dtype", "float16"],
    "unit-major": [*SOME, "--unit-major"],
    "unit-major halves": [*SOME, "--unit-major", "--dtype", "float16"],
    "greatest": [*SOME, "--reduce", "max"],
    "first": [*SOME, "--reduce", "token0"],
    "everything": ["--layers", "features.12.squeeze,features.3.squeeze", "--reduce", "none"],
    "baselines": [*SOME, "--baselines"],
    "extremes": [*SOME, "--keep", "extremes:21"],
    "few extremes": [*SOME, "--keep", "extremes:3", "--baselines"],
    "units": [],
}


def cases(program, quick):
    options = program.output("dump", "--help")
    found = {f"kind {name}": kind(name, extra) for name, extra in KINDS.items()}
    found["images"] = images
    found["lists of units"] = lists
    for stimuli in ("matrix", "extremes"):
        found[f"study of a {stimuli}"] = study(stimuli)
    found["atlas"] = atlas
    found["evaluation"] = evaluation
    found["bench"] = bench
    found["checkpoints"] = checkpoints
    found["help"] = helps(program)
    for version in (12, 13) if "--pillow" in options else ():
        found[f"pillow {version}"] = pillow(version)
    return found


def dump(case, output, *options, images="many", **how):
    case.run("dump", *NETWORK, "--images", case.inputs.get(images, images), "--output", output, *options, **how)


def kind(name, options):
    def body(case):
        extra = ["--units", case.inputs["units.txt"]] if name == "units" else options
        dump(case, "whole", *extra, "--json")
        case.files("whole")
        case.run("inspect", "whole", "--json")
        case.run("check", "whole")
        dump(case, "one by one", *extra, "--batch-size", 1, "--threads", 1)
        dump(case, "in threes", *extra, "--batch-size", 3, "--threads", 5)
        case.same("whole", "one by one")
        case.same("whole", "in threes")
        for shard in range(3):
            dump(case, f"shards/{shard}", *extra, "--shard", f"{shard}/3")
        case.files("shards/1")
        case.run("merge", "shards", "--output", "merged", "--json")
        case.files("merged")
        case.same("whole", "merged")
        # A file that may not grow stops the dump in the middle; how far it got is a matter of chance.
        largest = max(os.path.getsize(case.path(f"whole/{file}")) for file in ("logits.npy", "images.tsv"))
        dump(case, "stopped", *extra, "--threads", 1, file_limit=largest - 40_000, ends=74)
        case.run("inspect", "stopped", "--missing", 1, ends=65)
        dump(case, "stopped", *extra, "--resume")
        case.same("whole", "stopped")
        dump(case, "stopped", *extra, "--resume")
        if not options or options[:1] != ["--reduce"]:
            case.run("units", "list", "--dump", "whole", "--format", "csv", ends=65 if name == "everything" else 0)
    return body


def images(case):
    """Each place images come from, and what becomes of those that cannot be read."""
    layer = ["--layers", "features.3.squeeze", "--json"]
    packed = case.inputs["packed"]
    for number, (place, options) in enumerate([
            (case.inputs["flat"], []), (case.inputs["flat"], ["--labels", case.inputs["labels.tsv"]]),
            (case.inputs["list.txt"], []), (f"{packed}/s-001.tar", []), (packed + "/s-{000..002}.tar", []),
            (f"{packed}/folders.tar", []), (f"{packed}/folders.tar::{packed}/s-000.tar", []),
            (fixture("archives", "pax.tar"), []), (fixture("archives", "gnu.tar"), []),
            (fixture("archives", "nested.tar"), []), (fixture("archives", "links.tar"), []),
            (case.inputs["val"], ["--labels", fixture("labels", "devkit")]),
            (case.inputs["val"], ["--labels", fixture("labels", "LOC_val_solution.csv")])]):
        dump(case, f"place-{number:02}", *layer, *options, "--on-error", "skip", images=place)
        case.files(f"place-{number:02}")
    dump(case, "skipped", *layer, "--on-error", "skip", images="broken")
    case.files("skipped")
    dump(case, "failed", *layer, images="broken", ends=65)
    # Every picture of the tests, by its content whatever its name, each alone: one that is refused stops no other.
    shutil.copytree(fixture("images", "files"), case.path("fixtures/all"))
    dump(case, "fixtures-dump", *layer, "--on-error", "skip", "--threads", 1, images="fixtures")
    case.files("fixtures-dump")


def study(source):
    def body(case):
        keep = ["--keep", "extremes:21"] if source == "extremes" else []
        histogram = [] if source == "extremes" else ["--histogram"]
        dump(case, "dump", *keep)
        case.run("units", "sample", "--model", "squeezenet1_1", "--count", 6, "--format", "json", "--output", "units.json")
        case.run("units", "sample", "--model", "squeezenet1_1", "--count", 4, "--seed", 43, "--blacklist", "units.json",
                 "--output", "others.txt")
        case.run("exemplars", "dump", "--units", "units.json", "--output", "stimuli", "--batches", 2, "--grid", *histogram,
                 "--json")
        case.run("exemplars", "dump", "--units", "others.txt", "--output", "others", "--scale-windows", "--hard-links")
        case.run("exemplars", "dump", "--unit", "features_3_squeeze__3", "--output", "plain", "--batches", 1,
                 "--no-pictures", "--seed", 7)
        if source == "matrix":
            case.run("exemplars", "dump", "--unit", "features_3_squeeze__3", "--output", "hard", "--batches", 1,
                     "--start-min", 9, "--stop-max", 35, "--extra-name", "middle")
        case.run("trials", "catch", "--stimuli", "others", "--model", "squeezenet1_1", "--count", 2, "--output", "catch",
                 "--json")
        tasks = ["--stimuli", "stimuli", "--model", "squeezenet1_1", "--catch", "catch", "--units", 6, "--tasks", 4,
                 "--trials", 3, "--catch-trials", 2, "--max-batch", 1]
        case.run("trials", *tasks, "--output", "squeezenet_natural", "--json")
        case.run("trials", *tasks, "--output", "structure.json", "--structure-only")
        case.files("units.json", "others.txt", "stimuli", "others", "plain", "catch", "squeezenet_natural", "structure.json")
        if source == "matrix":
            case.files("hard")
    return body


def lists(case):
    dump(case, "dump", "--layers", "features.3.squeeze,features.3.expand1x1_activation", "--reduce", "max")
    for options in (["--layers", "*squeeze"], ["--dead"], ["--alive", "--json"], ["--sparse", "0.5"],
                    ["--format", "json"], ["--format", "csv"]):
        case.run("units", "list", "--dump", "dump", *options)
    case.run("units", "list", "--model", "squeezenet1_1", "--layers", "all", "--kind", "max-pool")
    case.run("units", "sample", "--model", "convnext_b", "--with-mlp-norm", "--json")
    dump(case, "chosen", "--units", case.inputs["units.json"])
    case.files("chosen")


def atlas(case):
    dump(case, "matrix")
    dump(case, "extremes", *SOME, "--keep", "extremes:9")
    dump(case, "shard", *SOME, "--shard", "1/2")
    dump(case, "packed", *SOME, images=case.inputs["packed"] + "/s-{000..002}.tar")
    for name in ("matrix", "extremes", "shard", "packed"):
        case.run("report", name, "--output", f"atlas-{name}", "--json")
        case.files(f"atlas-{name}")
    case.run("report", "matrix", "--output", "small", "--layers", "features.*.squeeze", "--thumbnail-size", 32, "--threads",
             1)
    case.files("small")
    case.run("report", "matrix", "--output", "replaced", "--layers", "features.3.squeeze")
    case.run("report", "matrix", "--output", "replaced", "--layers", "features.0", "--overwrite", "--images",
             case.inputs["few"])
    case.files("replaced")


def evaluation(case):
    for options in (["--images", case.inputs["many"]], ["--images", case.inputs["broken"], "--on-error", "skip"],
                    ["--images", case.inputs["list.txt"]],
                    ["--images", case.inputs["val"], "--labels", fixture("labels", "devkit")]):
        case.run("evaluate", *NETWORK, *options, "--predictions", f"answers-{case.commands}.tsv")
        case.run("evaluate", *NETWORK, *options, "--json", "--threads", 1)
    for name in sorted(os.listdir(case.folder)):
        case.files(name)
    pictures = [f"{case.inputs['few']}/{CLASSES[1]}/tall.png", f"{case.inputs['one']}/photograph.png"]
    case.run("predict", *NETWORK, *pictures)
    case.run("predict", *NETWORK, "--json", *pictures)


def bench(case):
    """What is measured has names; what is left are keys, layers, kernels and shapes."""
    quick = ["--seconds", "0.02", "--runs", 2]
    case.run("bench", *NETWORK, *quick, "--json")
    case.run("bench", *NETWORK, *quick, "--taps", "relevant", "--layers", "--batch-size", 2, "--threads", 1, "--json")
    case.run("bench", *NETWORK, *quick, "--latency", "--batch-size", 1, "--json")
    case.run("bench", *NETWORK, *quick, prints=False)
    case.run("bench", *NETWORK, "--taps", "relevant", "--explain")
    dump(case, "none", "--dry-run", "--baselines")


def checkpoints(case):
    case.run("models")
    case.run("models", "--json")
    case.run("weights", "list")
    case.run("weights", "list", "--json")
    folder = fixture("checkpoints")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.endswith((".json", ".py")):
            continue
        # A folder of several checkpoints is refused.
        ends = 65 if os.path.isdir(path) else 0
        case.run("weights", "inspect", path, ends=ends)
        case.run("weights", "inspect", path, "--json", ends=ends)
        case.run("weights", "convert", path, f"{name}.safetensors", ends=ends)
        if os.path.exists(case.path(f"{name}.safetensors")):
            case.files(f"{name}.safetensors")


def helps(program):
    """The text of every command, found by walking from the first."""
    def body(case):
        pending = [[]]
        while pending:
            command = pending.pop()
            text = case.run(*command, "--help")
            part = text.partition("SUBCOMMANDS:")[2]
            for line in part.splitlines():
                # Two spaces, a name, and more than one space before what it does.
                name = line[2:].split("  ")[0] if line.startswith("  ") and line[2:3].strip() else ""
                if name and " " not in name:
                    pending.append([*command, name])
        case.run("--version")
    return body


def pillow(version):
    def body(case):
        dump(case, "dump", "--pillow", version, images="few")
        case.files("dump")
    return body
