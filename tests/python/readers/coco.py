"""COCO: instances and panoptic."""

import contextlib
import io
import json

import numpy as np
from PIL import Image

from .truth import Tally, mask_of

STUFF = 1_000_000


def path_of(dataset, part, stem="instances"):
    name = stem if dataset.export["splits"] is None else f"{stem}_{part}"
    return dataset.folder / "annotations" / f"{name}.json"


def pycocotools(dataset):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    tally = Tally("coco", "pycocotools", "masks, areas, boxes, keypoints, classes, all of `endcap`")
    scores = Tally("coco", "pycocotools COCOeval", "AP and AR of the truth against itself")
    for part in dataset.parts:
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(path_of(dataset, part))
        tally.equal(f"{part}: images", sorted(coco.getImgIds()), dataset.frames_of(part))
        names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
        tally.equal(f"{part}: categories", [str(names)], [str(dataset.classes())])
        for frame in dataset.frames_of(part):
            annotations = coco.loadAnns(coco.getAnnIds(imgIds=[frame]))
            units = dataset.labelled(frame)
            tally.equal(f"frame {frame}: units", [a["endcap"]["instance"] for a in annotations], [u["id"] for u in units])
            image = coco.loadImgs([frame])[0]
            tally.equal(f"frame {frame}: size", (image["width"], image["height"]), dataset.size(frame))
            for annotation, unit in zip(annotations, units):
                where = f"frame {frame}, unit {unit['id']}"
                mask = coco.annToMask(annotation).astype(bool)
                if "instance" in dataset.planes:
                    tally.equal(f"{where}: mask", mask, dataset.plane(frame, "instance") == unit["id"])
                else:
                    tally.equal(f"{where}: mask", mask, mask_of(unit["mask_visible"]))
                tally.equal(f"{where}: area", annotation["area"], unit["visible_px"])
                tally.equal(f"{where}: bbox", annotation["bbox"], unit["bbox_visible"])
                tally.equal(f"{where}: class", names[annotation["category_id"]], dataset.label(unit))
                points = coco.loadCats([annotation["category_id"]])[0]["keypoints"]
                tally.equal(f"{where}: keypoints", np.reshape(annotation["keypoints"], (-1, 3)), placed(unit, points))
                tally.equal(f"{where}: num_keypoints", annotation["num_keypoints"], np.sum(placed(unit, points)[:, 2] > 0))
                for field, value in annotation["endcap"].items():
                    expected = unit["id"] if field == "instance" else unit[field]
                    tally.equal(f"{where}: {field}", json.dumps(value), json.dumps(expected))
        if coco.getAnnIds():
            score(scores, part, coco, COCOeval)
    return [tally, scores]


def score(tally, part, coco, evaluation):
    """`loadRes` of the truth must be perfect: at all thresholds, for boxes and masks."""
    results = [
        {"image_id": a["image_id"], "category_id": a["category_id"], "bbox": a["bbox"], "score": 1.0,
         "segmentation": coco.annToRLE(a)}
        for a in coco.loadAnns(coco.getAnnIds())
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        for kind in ["bbox", "segm"]:
            # Results with a mask are evaluated as masks: boxes are loaded without.
            given = results if kind == "segm" else [{k: v for k, v in r.items() if k != "segmentation"} for r in results]
            found = evaluation(coco, coco.loadRes(given), kind)
            most = max(len(coco.getAnnIds(imgIds=[image])) for image in coco.getImgIds())
            found.params.maxDets = [1, 10, max(most, 100)]
            found.evaluate()
            found.accumulate()
            precision = found.eval["precision"][:, :, :, 0, 2]
            recall = found.eval["recall"][:, :, 0, 2]
            tally.equal(f"{part}: {kind} AP", precision[precision > -1].mean(), 1.0, 1e-12)
            tally.equal(f"{part}: {kind} AR", recall[recall > -1].mean(), 1.0, 1e-12)


def supervision(dataset):
    import supervision

    has_masks = not dataset.export["polygons"]
    tally = Tally("coco", "supervision", "boxes, classes" + (", masks" if has_masks else ""))
    for part in dataset.parts:
        frames = dataset.frames_of(part)
        if not any(dataset.labelled(frame) for frame in frames):
            continue
        loaded = supervision.DetectionDataset.from_coco(
            images_directory_path=str(dataset.folder), annotations_path=str(path_of(dataset, part)), force_masks=has_masks
        )
        found = {int(path[-10:-4]): detections for path, detections in loaded.annotations.items()}
        for frame in frames:
            units = dataset.labelled(frame)
            detections = found[frame]
            compare_detections(tally, dataset, loaded.classes, (frame, units), detections)
            if has_masks and units:
                masks = np.stack([mask_of(unit["mask_visible"]) for unit in units])
                tally.equal(f"frame {frame}: masks", np.asarray(detections.mask), masks)
    return [tally]


def placed(unit, names):
    """x, y and visibility of each name; zeros for those that the shape does not have or that are not in the picture."""
    known = {k["name"]: (*k["px"], k["state"]) for k in unit["keypoints"] if k["px"] is not None and k["state"] > 0}
    return np.array([known.get(name, (0.0, 0.0, 0.0)) for name in names])


def compare_detections(tally, dataset, classes, frame_and_units, detections, tolerance=1e-3):
    """supervision keeps corners as 32-bit floats: equal to a thousandth of a pixel."""
    frame, units = frame_and_units
    corners = [[x, y, x + w, y + h] for x, y, w, h in (unit["bbox_visible"] for unit in units)]
    tally.equal(f"frame {frame}: boxes", detections.xyxy, np.reshape(corners, (-1, 4)), tolerance)
    names = [classes[number] for number in ([] if detections.class_id is None else detections.class_id)]
    tally.equal(f"frame {frame}: classes", names, [dataset.label(unit) for unit in units])


def globox(dataset):
    import globox

    tally = Tally("coco", "globox", "boxes, classes")
    for part in dataset.parts:
        found = globox.AnnotationSet.from_coco(path_of(dataset, part))
        for frame in dataset.frames_of(part):
            image = f"rgb/{frame:06}.png" if "rgb" in dataset.planes else None
            annotation = next((a for a in found if a.image_id == image or a.image_id.endswith(f"{frame:06}.png")), None)
            compare_globox(tally, dataset, frame, annotation)
    return [tally]


def compare_globox(tally, dataset, frame, annotation, shift=0):
    """Boxes of globox in order; `shift` is added to its left and upper corner."""
    units = dataset.labelled(frame)
    boxes = [(b.xmin + shift, b.ymin + shift, b.xmax, b.ymax, b.label) for b in annotation.boxes]
    expected = [(x, y, x + w, y + h) for x, y, w, h in (unit["bbox_visible"] for unit in units)]
    tally.equal(f"frame {frame}: boxes", np.reshape([b[:4] for b in boxes], (-1, 4)), np.reshape(expected, (-1, 4)), 1e-9)
    tally.equal(f"frame {frame}: classes", [b[4] for b in boxes], [dataset.label(unit) for unit in units])


def torchvision(dataset):
    from .stand_ins import torchvision_datasets

    reader = torchvision_datasets()["coco"].CocoDetection
    tally = Tally("coco", "torchvision CocoDetection", "pictures, boxes, areas, classes")
    for part in dataset.parts:
        with contextlib.redirect_stdout(io.StringIO()):
            loaded = reader(str(dataset.folder), str(path_of(dataset, part)))
        for i, frame in enumerate(loaded.ids):
            picture, target = loaded[i]
            units = dataset.labelled(frame)
            if "rgb" in dataset.planes:
                tally.equal(f"frame {frame}: picture", np.asarray(picture), dataset.plane(frame, "rgb"))
            tally.equal(f"frame {frame}: boxes", np.reshape([t["bbox"] for t in target], (-1, 4)),
                        np.reshape([u["bbox_visible"] for u in units], (-1, 4)))
            tally.equal(f"frame {frame}: areas", [t["area"] for t in target], [u["visible_px"] for u in units])
            tally.equal(f"frame {frame}: classes", [t["category_id"] for t in target], [dataset.number(u) for u in units])
    return [tally]


def panoptic(dataset):
    """With Pillow and json as the panoptic API reads it (id = R + 256 G + 65536 B)."""
    tally = Tally("panoptic", "Pillow, numpy", "id of every pixel, areas, boxes, classes")
    parts = {c["id"]: c["name"] for c in dataset.manifest["classes"] if not c["is_product"]}
    for part in dataset.parts:
        path = path_of(dataset, part, "panoptic")
        content = json.loads(path.read_text())
        names = {category["id"]: category["name"] for category in content["categories"]}
        tally.equal(f"{part}: images", [image["id"] for image in content["images"]], dataset.frames_of(part))
        for entry in content["annotations"]:
            frame = entry["image_id"]
            colors = np.array(Image.open(path.with_suffix("") / entry["file_name"])).astype(np.int64)
            ids = colors[..., 0] + 256 * colors[..., 1] + 65536 * colors[..., 2]
            units = {unit["id"]: unit for unit in dataset.labelled(frame)}
            instance, semantic = dataset.plane(frame, "instance"), dataset.plane(frame, "semantic").astype(np.int64)
            expected = np.where(np.isin(instance, list(units)), instance, 0).astype(np.int64)
            expected = np.where((instance == 0) & np.isin(semantic, list(parts)), semantic + STUFF, expected)
            tally.equal(f"frame {frame}: ids", ids, expected)
            segments = {segment["id"]: segment for segment in entry["segments_info"]}
            tally.equal(f"frame {frame}: segments", sorted(segments), sorted(set(np.unique(ids).tolist()) - {0}))
            for number, segment in segments.items():
                rows, columns = np.nonzero(ids == number)
                box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
                tally.equal(f"frame {frame}, {number}: area", segment["area"], len(rows))
                tally.equal(f"frame {frame}, {number}: bbox", segment["bbox"], box)
                name = dataset.label(units[number]) if number < STUFF else parts[number - STUFF]
                tally.equal(f"frame {frame}, {number}: class", names[segment["category_id"]], name)
    return [tally]
