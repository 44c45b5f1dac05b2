"""Commands that fail: the exit code and the sentence of each."""
import os
import shutil

from .inputs import fixture, write

SEEDED = ["--weights", "seeded:1"]
NETWORK = ["--model", "squeezenet1_1", *SEEDED]


def cases(program, quick):
    return {"fails dump": dump, "fails elsewhere": elsewhere, "fails study": study, "fails shards": shards,
            "fails checkpoints": checkpoints, "fails images": images}


def dump(case):
    images = ["--images", case.inputs["few"]]

    def fails(ends, *options, model=NETWORK, images=images, output="out"):
        case.run("dump", *model, *images, "--output", output, *options, ends=ends)
    for options in (
            ["--layers", "all", "--units", "x"], ["--batch-size", 0], ["--threads", 0], ["--limit", 0],
            ["--reduce", "median"], ["--on-error", "panic"], ["--tier", "abacus"], ["--precision", "fp7"],
            ["--resume", "--overwrite"], ["--shard", "3/3"], ["--shard", "x"], ["--shard", "9/3"],
            ["--shard", "0/5", "--limit", 2],
            ["--keep", "extremes:0"], ["--keep", "some"], ["--keep", "extremes:9", "--unit-major"],
            ["--keep", "extremes:9", "--dtype", "float16"], ["--reduce", "none", "--unit-major"],
            ["--reduce", "none", "--keep", "extremes"], ["--tier", "scalar", "--precision", "bf16"], ["--layers", ","],
            ["--dtype", "int8"], ["--frobnicate"], ["--explain", "--json"]):
        fails(64, *options)
    fails(64, model=["--model", "resnet5", *SEEDED])
    fails(64, model=["--model", "squeezenet1_1", "--weights", "seeded:x"])
    fails(65, "--layers", "features.3.squeezed")
    fails(65, "--layers", "conv9*")
    fails(66, "--units", "none.txt")
    for number, text in enumerate((
            "features_3_squeeze__16\n", "features_3_squeez__1\n", "features_3_squeeze\n", "", "{}",
            "features_3_squeeze__1\nfeatures_3_squeeze__1\n", '{"units": [1]}', b"\xff\xfe")):
        write(case.path(f"units-{number}.txt"), text)
        fails(65, "--units", f"units-{number}.txt")
    fails(66, images=["--images", "nowhere"])
    fails(66, images=["--images", "x-{0..2}.tar"])
    fails(64, images=["--images", "x-{0..2000000}.tar"])
    fails(66, model=["--model", "resnet50"])
    fails(66, model=["--model", "resnet50", "--weights", "w.pth"])
    write(case.path("junk.pth"), "junk")
    fails(65, model=["--model", "squeezenet1_1", "--weights", "junk.pth"])
    fails(65, model=["--model", "resnet50", "--weights", fixture("checkpoints", "strided-zip.pth")])
    write(case.path("file"), "x")
    fails(73, output="file")
    fails(73, output="file/out")
    write(case.path("taken/other.txt"), "x")
    fails(73, output="taken")
    fails(0, "--layers", "features.0")
    fails(73)
    fails(65, "--resume")
    fails(65, "--resume", "--layers", "features.0", "--reduce", "max", "--baselines", "--dtype", "float16")
    fails(0, "--resume", "--layers", "features.0")
    case.files("out/activations")
    case.run("dump", *NETWORK, *images, "--output", "full", "--threads", 1, file_limit=8_192, ends=74)


def images(case):
    def fails(ends, place, *options, command="dump"):
        output = ["--output", f"out-{case.commands}"] if command == "dump" else []
        case.run(command, *NETWORK, "--images", place, *output, *options, ends=ends)
    os.makedirs(case.path("empty"))
    fails(66, "empty")
    for number, (ends, text) in enumerate((
            (65, "a.png\t1\t2\n"), (65, "a.png\tcat\n"), (65, "a.png\t-1\n"), (66, ""), (65, b"\0\0"),
            (65, "a.png\t1\na.png\t2\n"), (65, "a.tar\nb.png\n"), (66, "a.tar\n"), (66, "missing.png\n"))):
        write(case.path(f"list-{number}.txt"), text)
        fails(ends, f"list-{number}.txt")
    for name in ("sparse-gnu.tar", "sparse-pax.tar"):
        fails(65, fixture("archives", name))
    fails(65, case.inputs["packed"] + "/packed.tar.gz")
    with open(fixture("archives", "gnu.tar"), "rb") as file:
        archive = file.read()
    for number, content in enumerate((archive[:700], b"x" * 2048, b"", archive[:148] + b"9" + archive[149:])):
        write(case.path(f"damaged-{number}.tar"), content)
        fails(65, f"damaged-{number}.tar")
    fails(65, case.inputs["broken"])
    for name in sorted(os.listdir(fixture("images", "files"))):
        # Each alone, so that each has its sentence; most of them can be read.
        folder = case.path(f"picture/{name}")
        os.makedirs(folder)
        shutil.copy(fixture("images", "files", name), folder)
        result = case.program.run(["predict", *NETWORK, os.path.join(folder, name)], case.folder)
        case.keep(f"{name}: exit code", result.returncode)
        if result.returncode:
            case.keep(f"{name}: errors", case.normal(result.stderr).strip())
    for number, text in enumerate(("", "x\n", "2.png\tcat\n", "2.png\t1\n", "ImageId,PredictionString\n2,cat 1\n",
                                   "1\n2\n")):
        write(case.path(f"labels-{number}/labels.txt"), text)
        fails(65, case.inputs["flat"], "--labels", f"labels-{number}/labels.txt")
    fails(66, case.inputs["flat"], "--labels", "none")
    fails(66, case.inputs["flat"], "--labels", "empty")
    fails(65, case.inputs["odd"], command="evaluate")
    fails(65, case.inputs["flat"], command="evaluate")
    fails(66, "nowhere", command="evaluate")


def elsewhere(case):
    reference = fixture("references", "squeezenet1_1.safetensors")
    readme = fixture("images", "generate.py")
    for ends, words in (
            (64, ["frobnicate"]), (64, ["dump"]), (64, ["layers"]), (64, ["layers", "resnet5"]), (64, ["models", "--frob"]),
            (66, ["verify", *NETWORK, "--reference", "none.safetensors"]),
            (65, ["verify", *NETWORK, "--reference", readme]),
            (65, ["verify", "--model", "resnet50", *SEEDED, "--reference", reference]),
            (1, ["verify", "--model", "squeezenet1_1", "--weights", "seeded:2", "--reference", reference, "--bisect"]),
            (1, ["verify", *NETWORK, "--reference", reference, "--tolerance", 0]),
            (64, ["verify", *NETWORK, "--reference", reference, "--tolerance", -1]),
            (64, ["evaluate", "--model", "clip-vit_b32", *SEEDED, "--images", case.inputs["many"]]),
            (65, ["evaluate", "--model", "clip-vit_b32", *SEEDED, "--images", case.inputs["many"], "--classifier", reference]),
            (73, ["evaluate", *NETWORK, "--images", case.inputs["few"], "--predictions", "none/answers.tsv"]),
            (64, ["predict", "--model", "clip-resnet50", *SEEDED, "none.png"]),
            (66, ["predict", *NETWORK, "none.png"]), (65, ["predict", *NETWORK, readme]),
            (64, ["predict", *NETWORK, "--tier", "scalar", "--precision", "bf16", "none.png"]),
            (64, ["bench", *NETWORK, "--explain", "--json"]), (64, ["bench", *NETWORK, "--threads", 0]),
            (64, ["bench", *NETWORK, "--seconds", 0]),
            (66, ["inspect", "none"]), (66, ["check", "none"]), (66, ["report", "none", "--output", "a"])):
        case.run(*words, ends=ends)
    write(case.path("no-dump/manifest.json"), "{}")
    for command in ("inspect", "check"):
        case.run(command, "no-dump", ends=65)
    case.run("report", "no-dump", "--output", "a", ends=65)
    case.run("dump", *NETWORK, "--images", case.inputs["few"], "--output", "dump", "--layers",
             "features.3.squeeze,classifier.1")
    for ends, words in (
            (73, ["--output", case.inputs["few"]]), (65, ["--output", "a", "--layers", "features.5"]),
            (65, ["--output", "a", "--layers", "conv9"]), (64, ["--output", "a", "--thumbnail-size", 4]),
            (64, ["--output", "a", "--threads", 0]), (66, ["--output", "a", "--images", "nowhere"])):
        case.run("report", "dump", *words, ends=ends)
    case.run("report", "dump", "--output", "full", file_limit=30_720, ends=74)
    for name, change in (("classifier.1.npy", lambda content: content[:-1]), ("features.3.squeeze.npy", lambda content: b"x")):
        path = case.path(f"dump/activations/{name}")
        with open(path, "rb") as file:
            content = file.read()
        write(path, change(content))
    case.run("check", "dump", ends=1)
    case.run("check", "dump", "--json", ends=1)
    case.run("report", "dump", "--output", "b", ends=65)
    os.remove(case.path("dump/images.tsv"))
    case.run("check", "dump", ends=1)
    case.run("units", "list", "--dump", "dump", ends=66)


def study(case):
    case.run("dump", *NETWORK, "--images", case.inputs["many"], "--limit", 30, "--output", "dump", "--layers",
             "features.3.squeeze")
    case.run("dump", *NETWORK, "--images", case.inputs["many"], "--output", "extremes", "--layers", "features.3.squeeze",
             "--keep", "extremes:20")
    unit = ["--unit", "features_3_squeeze__3", "--output", "stimuli"]
    for ends, options in (
            (64, []), (64, ["--condition", "hard99", "--scale-windows"]), (64, ["--start-min", 9]),
            (64, ["--start-min", 9, "--stop-max", 20, "--batches", 1]), (66, ["--batches", 1, "--images", "gone"]),
            (64, ["--batches", 0]), (64, ["--seed", -1]), (64, ["--condition", "harder"]), (0, ["--batches", 1]),
            (73, ["--batches", 1]), (64, ["--batches", 1, "--resume", "--overwrite"])):
        case.run("exemplars", "dump", *unit, *options, ends=ends)
    few = ["exemplars", "extremes", "--unit", "features_3_squeeze__3", "--output", "few"]
    case.run(*few, "--batches", 2, ends=65)
    case.run(*few, "--batches", 1, "--histogram", ends=64)
    for ends, words in (
            (64, ["exemplars", "dump", "--output", "stimuli"]),
            (65, ["exemplars", "dump", "--unit", "features_3_squeze__3", "--output", "x"]),
            (65, ["exemplars", "dump", "--unit", "features_3_squeeze__99", "--output", "x"]),
            (66, ["exemplars", "none", "--unit", "a__1", "--output", "x"]),
            (64, ["units", "sample", "--model", "resnet50", "--with-mlp-norm"]),
            (64, ["units", "sample", "--model", "squeezenet1_1", "--count", 99999]),
            (66, ["units", "sample", "--model", "squeezenet1_1", "--blacklist", "none"]),
            (64, ["units", "list", "--model", "resnet50", "--dead"]), (64, ["units", "list"]),
            (64, ["units", "list", "--dump", "dump", "--dead", "--alive"]),
            (64, ["units", "list", "--dump", "dump", "--sparse", 2]),
            (64, ["trials", "--stimuli", "s", "--model", "m", "--tasks", 1, "--output", "o"]),
            (66, ["trials", "--stimuli", "none", "--model", "m", "--output", "o"]),
            (66, ["trials", "catch", "--stimuli", "none", "--model", "m", "--output", "o"]),
            (64, ["trials", "catch", "--stimuli", "stimuli", "--model", "squeezenet1_1", "--count", 0, "--output", "o"])):
        case.run(*words, ends=ends)


def shards(case):
    images = ["--layers", "classifier.1", "--images", case.inputs["many"]]
    job = {"SLURM_JOB_ID": "1", "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "1",
           "SLURM_ARRAY_TASK_MAX": "2"}
    array = ["dump", *NETWORK, *images, "--output", "out"]
    case.run(*array, environment=job, ends=64)
    case.run("inspect", "out", "--missing", 3)
    told = {**job, "ACTIVATION_DUMP_SHARDS": "3"}
    case.run(*array, environment=told)
    case.run(*array, environment=told, ends=73)
    case.run(*array, environment={**told, "SLURM_RESTART_COUNT": "1"})
    case.files("out")
    for ends, words in (
            (66, ["merge", "out", "--output", "whole"]), (0, ["inspect", "out", "--missing", 3, "--json"]),
            (65, ["inspect", "out", "--missing", 4]), (64, ["inspect", "out", "out", "--missing", 3]),
            (64, ["inspect", "out", "--missing", 0]), (66, ["merge", "none", "--output", "whole"]),
            (64, ["merge", "out", "--output", "o", "--resume", "--overwrite"]), (64, ["merge", "--output", "o"])):
        case.run(*words, ends=ends)
    for shard in (0, 2):
        case.run(*array, environment={**told, "SLURM_ARRAY_TASK_ID": str(shard)})
    case.run("merge", "out", "--output", "whole")
    case.files("whole")
    case.run("merge", "out", "--output", "whole", ends=73)
    case.run("merge", "out", "--output", "whole", "--resume")
    case.run("dump", *NETWORK, *images, "--shard", "1/3", "--reduce", "max", "--output", "other")
    case.run("merge", "out/shard-0-of-3", "other", "out/shard-2-of-3", "--output", "no", ends=65)
    case.run("merge", "out/shard-0-of-3", "out/shard-0-of-3", "--output", "no", ends=65)
    case.run("merge", "whole", "--output", "no", ends=65)
    write(case.path("out/shard-1-of-3/logits.npy"), "no array")
    case.run("merge", "out", "--output", "damaged", ends=65)


def checkpoints(case):
    with open(fixture("checkpoints", "strided-zip.pth"), "rb") as file:
        whole = file.read()
    write(case.path("cut.pth"), whole[:-500])
    write(case.path("empty.pth"), b"")
    write(case.path("hostile.pkl"), b"\x80\x02cos\nsystem\n(X\x04\x00\x00\x00truetR.")
    write(case.path("page.pth"), "<!DOCTYPE html><html></html>")
    write(case.path("flipped.pth"), whole[:200] + bytes(255 - byte for byte in whole[200:260]) + whole[260:])
    for name in ("cut.pth", "empty.pth", "hostile.pkl", "page.pth", "flipped.pth"):
        case.run("weights", "inspect", name, ends=65)
        case.run("weights", "inspect", name, "--json", ends=65)
    script = fixture("checkpoints", "script.pt")
    for ends, words in (
            (66, ["inspect", "none.pth"]), (0, ["convert", script, "out.safetensors"]),
            (73, ["convert", script, "out.safetensors"]), (0, ["convert", script, "out.safetensors", "--overwrite"]),
            (73, ["convert", script, "none/out"]), (65, ["convert", script, "model", "--model", "resnet50"]),
            (66, ["convert", "none.pth", "model"]), (64, ["fetch", "googlenet", "--url", "ftp://a/b"]),
            (64, ["fetch", "googlenett"]), (66, ["fetch", "squeezenet1_1-caffe"]), (66, ["verify", "squeezenet1_1"]),
            (66, ["verify", "none"]), (1, ["verify", script, "--model", "resnet50"]),
            (1, ["verify", script, "--model", "resnet50", "--json"])):
        case.run("weights", *words, ends=ends)
