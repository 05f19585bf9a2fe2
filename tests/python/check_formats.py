#!/usr/bin/env python3
"""Read a dataset in all its formats with other people's readers, and compare every value with the native frames.

    check_formats.py DATASET [--skip-models]

Prints a table: format, reader, what was compared, how many values, how many differ. Needs the packages in
`requirements.txt`; torchvision and ultralytics run without torch, see `readers/stand_ins.py`. `--skip-models` leaves
out what casts rays at BOP's models, for datasets whose pictures were not made from them. Exit code 0: all equal; 1: a
difference; 2: bad usage.
"""

import sys

from readers import boxes, bop, coco, shards
from readers.truth import Dataset

READERS = {
    "native": [shards.native],
    "coco": [coco.pycocotools, coco.supervision, coco.globox, coco.torchvision],
    "panoptic": [coco.panoptic],
    "yolo": [
        lambda dataset: boxes.yolo_plain(dataset, "yolo"),
        lambda dataset: boxes.yolo_supervision(dataset, "yolo"),
        boxes.yolo_globox,
        lambda dataset: boxes.yolo_ultralytics(dataset, "yolo"),
    ],
    "yoloseg": [
        lambda dataset: boxes.yolo_plain(dataset, "yoloseg"),
        lambda dataset: boxes.yolo_ultralytics(dataset, "yoloseg"),
    ],
    "yoloobb": [
        lambda dataset: boxes.yolo_plain(dataset, "yoloobb"),
        lambda dataset: boxes.yolo_supervision(dataset, "yoloobb"),
        lambda dataset: boxes.yolo_ultralytics(dataset, "yoloobb"),
    ],
    "voc": [boxes.voc_supervision, boxes.voc_globox, boxes.voc_torchvision],
    "kitti": [boxes.kitti],
    "sku110k": [boxes.sku110k],
    "bop": [bop.plain, bop.recomputed],
    "webdataset": [shards.webdataset],
    "parquet": [shards.parquet, shards.huggingface],
    "npz": [shards.npz],
    "ply": [shards.ply],
    "yolopose": [boxes.yolo_pose, lambda dataset: boxes.yolo_ultralytics(dataset, "yolopose")],
}


def main(arguments):
    options = {argument for argument in arguments if argument.startswith("-")}
    folders = [argument for argument in arguments if argument not in options]
    if len(folders) != 1 or options - {"--skip-models"}:
        print(__doc__, file=sys.stderr)
        return 2
    dataset = Dataset(folders[0])
    tallies = []
    for name in dataset.manifest["formats"]:
        for reader in READERS[name]:
            if reader is bop.recomputed and options:
                continue
            tallies += reader(dataset)
    rows = [["format", "reader", "values", "compared", "differ"], *(tally.row() for tally in tallies)]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print("  ".join(cell.ljust(width) if i < 3 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))))
    differences = [f"{t.format}, {t.reader}: {line}" for t in tallies for line in t.differences]
    for line in differences[:50]:
        print(line)
    empty = [f"{t.format}, {t.reader}: nothing was compared" for t in tallies if t.compared == 0 and len(dataset.frames)]
    for line in empty:
        print(line)
    compared = sum(tally.compared for tally in tallies)
    print(f"{len(dataset.frames)} frames, {len(tallies)} readers, {compared} values, {len(differences)} differences")
    return 1 if differences or empty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
