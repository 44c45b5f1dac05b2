"""Label files as ImageNet's development kit and Kaggle have them, small; needs scipy 1.17.

meta.mat has the kit's structure: an array of structures of the fields below, leaves first, then what is above them,
compressed as MATLAB compresses it; meta-plain.mat is the same without compression. The numbers are not the kit's.
"""

import numpy as np
import scipy.io

FIELDS = ["ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height", "num_train_images"]
SYNSETS = ["n01443537", "n15075141", "n01440764", "n02119789", "n00001740", "n00001930"]

synsets = np.zeros((len(SYNSETS), 1), dtype=[(field, object) for field in FIELDS])
for index, wnid in enumerate(SYNSETS):
    is_leaf = index < 4
    children = [] if is_leaf else [1, 2, 300]
    values = [
        index + 1 if is_leaf else 995 + index, wnid, f"words {index}, é", "a gloss " * 20, len(children),
        np.array(children, dtype=np.uint16), 0 if is_leaf else 2, 1300 if is_leaf else 0,
    ]
    synsets[index, 0] = tuple(np.uint16(v) if isinstance(v, int) and v > 255 else np.uint8(v) if isinstance(v, int) else v for v in values)

for name, compressed in [("devkit/data/meta.mat", True), ("meta-plain.mat", False)]:
    scipy.io.savemat(name, {"other": np.arange(3.0), "synsets": synsets}, do_compression=compressed)
with open("devkit/data/ILSVRC2012_validation_ground_truth.txt", "w") as file:
    file.write("4\n1\n3\n2\n1\n")
with open("LOC_val_solution.csv", "w") as file:
    file.write(
        "ImageId,PredictionString\n"
        "ILSVRC2012_val_00000003,n01440764 85 1 499 272 \n"
        "ILSVRC2012_val_00000001,n02119789 131 0 499 254 n02119789 12 30 80 90 \n"
        "ILSVRC2012_val_00000002,n01443537 1 2 3 4 \n"
        "ILSVRC2012_val_00000005,n01443537 1 2 3 4 \n"
        "ILSVRC2012_val_00000004,n15075141 1 2 3 4 \n"
    )
