"""YOLO, Pascal VOC, KITTI and SKU-110K."""

import csv
import pathlib
import tempfile

import numpy as np
import yaml
from PIL import Image
from pycocotools import mask as mask_api

from .coco import compare_detections, compare_globox, placed
from .truth import Tally, mask_of


def names_of(dataset, task):
    content = yaml.safe_load((dataset.folder / task / "data.yaml").read_text())
    return content, [name for _, name in sorted(content["names"].items())]


def yolo_plain(dataset, task):
    """The text itself: pictures equal, numbers times the picture's sides equal to the last digit but rounding."""
    what = {"yolo": "pictures, boxes, classes", "yoloseg": "polygons filled by pycocotools = masks, classes",
            "yoloobb": "oriented boxes = record, hold every pixel, classes"}[task]
    tally = Tally(task, "Pillow, numpy, PyYAML", what)
    content, names = names_of(dataset, task)
    tally.equal("names", names, list(dataset.classes().values()))
    tally.equal("folders", [(dataset.folder / task / content[key]).is_dir() for key in ("train", "val")], [True, True])
    for frame in dataset.frames:
        part = dataset.part_of[frame]
        picture = np.array(Image.open(dataset.folder / task / "images" / part / f"{frame:06}.png"))
        if "rgb" in dataset.planes:
            tally.equal(f"frame {frame}: picture", picture, dataset.plane(frame, "rgb"))
        lines = (dataset.folder / task / "labels" / part / f"{frame:06}.txt").read_text().splitlines()
        units = dataset.labelled(frame)
        tally.equal(f"frame {frame}: classes", [names[int(line.split()[0])] for line in lines],
                    [dataset.label(unit) for unit in units])
        width, height = dataset.size(frame)
        for line, unit in zip(lines, units):
            where = f"frame {frame}, unit {unit['id']}"
            values = np.array(line.split()[1:], np.float64).reshape(-1, 2) * [width, height]
            x, y, w, h = unit["bbox_visible"]
            if task == "yolo":
                tally.equal(f"{where}: box", values.ravel(), [x + w / 2, y + h / 2, w, h], 1e-9)
            elif task == "yoloseg":
                tally.equal(f"{where}: corners", values, np.round(values), 1e-9)
                filled = mask_api.frPyObjects([np.round(values).ravel().tolist()], height, width)
                tally.equal(f"{where}: mask", mask_of(filled)[..., 0], mask_of(unit["mask_visible"]))
            else:
                check_oriented(tally, where, values, unit, dataset.size(frame))
    return [tally]


def oriented(unit, size):
    """The rectangle of least area where it fits into the picture, else the upright box."""
    corners = np.array(unit["obb_visible"])
    if np.all(corners >= 0) and np.all(corners <= size):
        return corners
    x, y, w, h = unit["bbox_visible"]
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], float)


def check_oriented(tally, where, corners, unit, size):
    tally.equal(f"{where}: corners", corners, oriented(unit, size), 1e-9)
    rows, columns = np.nonzero(mask_of(unit["mask_visible"]))
    points = np.concatenate([np.stack([columns + dx, rows + dy], 1) for dx in (0, 1) for dy in (0, 1)])
    sides = np.roll(corners, -1, axis=0) - corners
    # Corners of the record are rounded to the thousandth.
    beyond = [
        (side[1] * (points - corner)[:, 0] - side[0] * (points - corner)[:, 1]).max() / np.hypot(*side)
        for side, corner in zip(sides, corners)
    ]
    tally.equal(f"{where}: holds all pixels", np.maximum(beyond, 0.0), [0.0] * 4, 2e-3)


def yolo_pose(dataset):
    """Box and keypoints; names from `data.yaml`, zeros for those that a shape does not have."""
    tally = Tally("yolopose", "Pillow, numpy, PyYAML", "pictures, boxes, keypoints, visibilities, classes")
    content, names = names_of(dataset, "yolopose")
    points = content["keypoint_names"]
    tally.equal("kpt_shape", content["kpt_shape"], [len(points), 3])
    for frame in dataset.frames:
        part = dataset.part_of[frame]
        lines = (dataset.folder / "yolopose" / "labels" / part / f"{frame:06}.txt").read_text().splitlines()
        units = dataset.labelled(frame)
        tally.equal(f"frame {frame}: classes", [names[int(line.split()[0])] for line in lines],
                    [dataset.label(unit) for unit in units])
        width, height = dataset.size(frame)
        for line, unit in zip(lines, units):
            values = np.array(line.split()[1:], float)
            x, y, w, h = unit["bbox_visible"]
            where = f"frame {frame}, unit {unit['id']}"
            tally.equal(f"{where}: box", values[:4] * ([width, height] * 2), [x + w / 2, y + h / 2, w, h], 1e-9)
            found = values[4:].reshape(-1, 3) * [width, height, 1]
            tally.equal(f"{where}: keypoints", found, placed(unit, points), 1e-9)
    return [tally]


def yolo_supervision(dataset, task):
    import supervision

    tally = Tally(task, "supervision", "boxes, classes" if task == "yolo" else "oriented boxes, classes")
    for part in dataset.parts:
        folder = dataset.folder / task
        if not dataset.frames_of(part):
            continue
        loaded = supervision.DetectionDataset.from_yolo(
            images_directory_path=str(folder / "images" / part),
            annotations_directory_path=str(folder / "labels" / part),
            data_yaml_path=str(folder / "data.yaml"),
            is_obb=task == "yoloobb",
        )
        for path, detections in loaded.annotations.items():
            frame = int(path[-10:-4])
            units = dataset.labelled(frame)
            if task == "yolo":
                compare_detections(tally, dataset, loaded.classes, (frame, units), detections)
                continue
            names = [loaded.classes[n] for n in ([] if detections.class_id is None else detections.class_id)]
            tally.equal(f"frame {frame}: classes", names, [dataset.label(unit) for unit in units])
            lines = (folder / "labels" / part / f"{frame:06}.txt").read_text().splitlines()
            corners = [np.array(line.split()[1:], float).reshape(4, 2) * dataset.size(frame) for line in lines]
            if units:
                tally.equal(f"frame {frame}: corners", detections.data["xyxyxyxy"], np.array(corners), 1e-3)
    return [tally]


def yolo_globox(dataset):
    import globox

    tally = Tally("yolo", "globox", "boxes, classes")
    _, names = names_of(dataset, "yolo")
    for frame in dataset.frames:
        path = dataset.folder / "yolo" / "labels" / dataset.part_of[frame] / f"{frame:06}.txt"
        annotation = globox.Annotation.from_yolo_v5(path, image_size=dataset.size(frame))
        for box in annotation.boxes:
            box.label = names[int(box.label)]
        compare_globox(tally, dataset, frame, annotation)
    return [tally]


def yolo_ultralytics(dataset, task):
    from .stand_ins import ultralytics_data

    module = ultralytics_data()
    tally = Tally(task, "ultralytics verify_image_label", "none corrupt, none dropped, classes, boxes")
    content, names = names_of(dataset, task)
    points = content["kpt_shape"][0] if task == "yolopose" else 0
    for frame in dataset.frames:
        image = dataset.folder / task / "images" / dataset.part_of[frame] / f"{frame:06}.png"
        (label,) = module.img2label_paths([str(image)])
        result = module.verify_image_label((str(image), label, "", task == "yolopose", len(names), points, 3 if points else 0, False))
        found, shape, segments, message = result[1], result[2], result[3], result[9]
        units = dataset.labelled(frame)
        # missing, found, empty, corrupt
        tally.equal(f"frame {frame}: {message}", result[5:9], [0, 1, int(not units), 0])
        if found is None or len(found) != len(units):
            tally.equal(f"frame {frame}: {message}: labels", -1 if found is None else len(found), len(units))
            continue
        tally.equal(f"frame {frame}: shape", shape, dataset.size(frame)[::-1])
        tally.equal(f"frame {frame}: classes", [names[int(row[0])] for row in found], [dataset.label(u) for u in units])
        if task != "yoloobb" and units:
            size = np.array(dataset.size(frame) * 2)
            expected = [[x + w / 2, y + h / 2, w, h] for x, y, w, h in (unit["bbox_visible"] for unit in units)]
            tally.equal(f"frame {frame}: boxes", found[:, 1:] * size, expected, 1e-3)
        if task in ("yoloseg", "yoloobb"):
            tally.equal(f"frame {frame}: polygons", len(segments), len(units))
    return [tally]


def voc_root(dataset):
    return dataset.folder / "voc" / "VOCdevkit" / "VOC2012"


def voc_supervision(dataset):
    import supervision

    tally = Tally("voc", "supervision", "boxes, classes")
    root = voc_root(dataset)
    loaded = supervision.DetectionDataset.from_pascal_voc(str(root / "JPEGImages"), str(root / "Annotations"))
    for path, detections in loaded.annotations.items():
        frame = int(path[-10:-4])
        compare_detections(tally, dataset, loaded.classes, (frame, dataset.labelled(frame)), detections)
    return [tally]


def voc_globox(dataset):
    import globox

    tally = Tally("voc", "globox", "boxes, classes")
    for frame in dataset.frames:
        annotation = globox.Annotation.from_pascal_voc(voc_root(dataset) / "Annotations" / f"{frame:06}.xml")
        # globox takes corners as they stand; VOC's first pixel is 1.
        compare_globox(tally, dataset, frame, annotation, shift=-1)
    return [tally]


def voc_torchvision(dataset):
    from .stand_ins import torchvision_datasets

    tally = Tally("voc", "torchvision VOCDetection", "boxes, classes, flags; pictures near (JPEG)")
    reader = torchvision_datasets()["voc"].VOCDetection
    lists = {part: part for part in dataset.parts} if dataset.export["splits"] else {"all": "trainval"}
    for part, name in lists.items():
        listed = (voc_root(dataset) / "ImageSets" / "Main" / f"{name}.txt").read_text().split()
        tally.equal(f"{part}: frames", [int(line) for line in listed], dataset.frames_of(part))
        if name not in ("train", "trainval", "val"):
            continue
        loaded = reader(str(dataset.folder / "voc"), year="2012", image_set=name)
        for i, frame in enumerate(dataset.frames_of(part)):
            picture, target = loaded[i]
            objects = target["annotation"].get("object", [])
            units = dataset.labelled(frame)
            tally.equal(f"frame {frame}: classes", [o["name"] for o in objects], [dataset.label(u) for u in units])
            boxes = [[int(o["bndbox"][k]) for k in ("xmin", "ymin", "xmax", "ymax")] for o in objects]
            expected = [[x + 1, y + 1, x + w, y + h] for x, y, w, h in (unit["bbox_visible"] for unit in units)]
            tally.equal(f"frame {frame}: boxes", np.reshape(boxes, (-1, 4)), np.reshape(expected, (-1, 4)))
            flags = [[int(o["truncated"]), int(o["occluded"])] for o in objects]
            expected = [[int(u["truncated"]), int(u["visible_px"] < u["amodal_px"])] for u in units]
            tally.equal(f"frame {frame}: flags", np.reshape(flags, (-1, 2)), np.reshape(expected, (-1, 2)))
            if "rgb" in dataset.planes:
                off = np.abs(np.asarray(picture).astype(int) - dataset.plane(frame, "rgb")).mean()
                tally.equal(f"frame {frame}: picture", off, 0.0, 6.0)
    return [tally]


def kitti(dataset):
    from .stand_ins import torchvision_datasets

    tally = Tally("kitti", "torchvision Kitti", "pictures, boxes, classes, truncation, occlusion")
    reader = torchvision_datasets()["kitti"].Kitti
    with tempfile.TemporaryDirectory() as place:
        # Where torchvision would have put its download.
        raw = pathlib.Path(place, "Kitti", "raw")
        raw.mkdir(parents=True)
        (raw / "training").symlink_to((dataset.folder / "kitti" / "training").resolve())
        loaded = reader(place, train=True)
        tally.equal("frames", len(loaded), len(dataset.frames))
        order = {int(pathlib.Path(path).stem): i for i, path in enumerate(loaded.images)}
        for frame in dataset.frames:
            picture, target = loaded[order[frame]]
            units = dataset.labelled(frame)
            if "rgb" in dataset.planes:
                tally.equal(f"frame {frame}: picture", np.asarray(picture), dataset.plane(frame, "rgb"))
            tally.equal(f"frame {frame}: classes", [t["type"] for t in target], [dataset.label(u) for u in units])
            expected = [[x, y, x + w - 1, y + h - 1] for x, y, w, h in (unit["bbox_visible"] for unit in units)]
            tally.equal(f"frame {frame}: boxes", np.reshape([t["bbox"] for t in target], (-1, 4)),
                        np.reshape(expected, (-1, 4)).astype(float))
            tally.equal(f"frame {frame}: truncation", [t["truncated"] for t in target],
                        [1 - u["amodal_px"] / u["silhouette_px"] for u in units])
            levels = [2 if u["visibility"] < 0.5 else int(u["visible_px"] < u["amodal_px"]) for u in units]
            tally.equal(f"frame {frame}: occlusion", [t["occluded"] for t in target], levels)
    for part in dataset.parts:
        listed = (dataset.folder / "kitti" / "ImageSets" / f"{part}.txt").read_text().split()
        tally.equal(f"{part}: frames", [int(line) for line in listed], dataset.frames_of(part))
    return [tally]


def sku110k(dataset):
    tally = Tally("sku110k", "csv, Pillow", "pictures, boxes, classes, sizes")
    for part in dataset.parts:
        with open(dataset.folder / "sku110k" / "annotations" / f"annotations_{part}.csv", newline="") as file:
            rows = list(csv.reader(file))
        expected = [
            [f"{frame:06}.png", *map(str, [x, y, x + w, y + h]), dataset.label(unit), *map(str, dataset.size(frame))]
            for frame in dataset.frames_of(part)
            for unit in dataset.labelled(frame)
            for x, y, w, h in [unit["bbox_visible"]]
        ]
        tally.equal(f"{part}: rows", np.reshape(rows, (-1, 8)), np.reshape(expected, (-1, 8)))
    for frame in dataset.frames if "rgb" in dataset.planes else []:
        picture = np.array(Image.open(dataset.folder / "sku110k" / "images" / f"{frame:06}.png"))
        tally.equal(f"frame {frame}: picture", picture, dataset.plane(frame, "rgb"))
    return [tally]
