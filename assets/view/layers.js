// What can be laid over a frame. A layer has a key, a name, what it needs, and how it is drawn: `draw` gets a canvas whose
// units are the frame's pixels, and the state of the page. To add one, add it to the list.

import { colorOf, css, paint } from "./masks.js";

/** Planes that are pictures, drawn under everything else, from below. */
export const PICTURES = [
  { key: "p", plane: "rgb", name: "Colour" },
  { key: "a", plane: "albedo", name: "Albedo" },
  { key: "d", plane: "depth", name: "Depth" },
  { key: "t", plane: "distance", name: "Distance" },
  { key: "n", plane: "normal", name: "Normals" },
  { key: "i", plane: "instance", name: "Units" },
  { key: "s", plane: "semantic", name: "Classes" },
  { key: "c", plane: "coords", name: "Object coordinates" },
  { key: "u", plane: "uv", name: "Texture coordinates" },
  { key: "r", plane: "rotation", name: "Rotation" },
  { key: "l", plane: "radiance", name: "Radiance" },
];

const colorOfUnit = (unit) => colorOf(unit.id);

/** A picture of all masks of one kind; made once per frame. */
function masks(state, kind) {
  const kept = (state.masks ??= {});
  if (!kept[kind]) {
    const { width, height } = state.record.camera;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const units = [...state.record.instances];
    // Far silhouettes first, so that near ones are painted over them.
    if (kind === "mask_amodal") units.sort((a, b) => depthOf(b, state) - depthOf(a, state));
    for (const unit of units) paint(image, unit[kind], colorOfUnit(unit), kind === "mask_amodal" ? 0.28 : 0.45);
    context.putImageData(image, 0, 0);
    kept[kind] = canvas;
  }
  return kept[kind];
}

/** Depth of a unit's origin in the camera, metres. */
function depthOf(unit, { record }) {
  const camera = record.camera.world_from_camera;
  const object = unit.world_from_object;
  return [0, 1, 2].reduce((sum, i) => sum + (object[i][3] - camera[i][3]) * camera[i][2], 0);
}

function outline(context, box, color, width, dash = []) {
  if (!box) return;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.strokeRect(box[0] + width / 2, box[1] + width / 2, box[2] - width, box[3] - width);
  context.setLineDash([]);
}

function middle(unit) {
  const box = unit.bbox_visible ?? unit.bbox_amodal;
  return [box[0] + box[2] / 2, box[1] + box[3] / 2];
}

/** Text on a dark plate. */
function note(context, text, x, y, color, pixel) {
  const size = 11 * pixel;
  context.font = `${size}px system-ui, sans-serif`;
  const width = context.measureText(text).width + 6 * pixel;
  context.fillStyle = "rgb(15 17 20 / .78)";
  context.fillRect(x - width / 2, y - size * 0.75, width, size * 1.4);
  context.fillStyle = color;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y);
}

function polygon(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

export const LAYERS = [
  {
    key: "1",
    name: "Visible masks",
    draw: (context, state) => context.drawImage(masks(state, "mask_visible"), 0, 0),
  },
  {
    key: "2",
    name: "Amodal masks",
    draw: (context, state) => context.drawImage(masks(state, "mask_amodal"), 0, 0),
  },
  {
    key: "3",
    name: "Visible boxes",
    on: true,
    draw(context, { record, pixel }) {
      for (const unit of record.instances) outline(context, unit.bbox_visible, css(colorOfUnit(unit)), 1.5 * pixel);
    },
  },
  {
    key: "4",
    name: "Amodal boxes",
    draw(context, { record, pixel }) {
      const dash = [5 * pixel, 3 * pixel];
      for (const unit of record.instances) outline(context, unit.bbox_amodal, css(colorOfUnit(unit), 0.9), 1.2 * pixel, dash);
    },
  },
  {
    key: "5",
    name: "Occlusion graph",
    draw(context, { record, pixel, byId, chosen }) {
      for (const unit of record.instances) {
        for (const { id, px } of unit.occluded_by) {
          const front = byId.get(id);
          if (!front || (chosen && chosen.id !== id && chosen.id !== unit.id)) continue;
          const share = px / unit.amodal_px;
          const [x0, y0] = middle(front);
          const [x1, y1] = middle(unit);
          context.strokeStyle = context.fillStyle = css(colorOfUnit(front), 0.35 + 0.65 * Math.min(1, share * 2));
          context.lineWidth = (0.8 + 5 * share) * pixel;
          context.beginPath();
          context.moveTo(x0, y0);
          context.lineTo(x1, y1);
          context.stroke();
          const angle = Math.atan2(y1 - y0, x1 - x0);
          const size = (4 + 5 * share) * pixel;
          polygon(context, [0, 2.5, -2.5].map((turn) => [x1 + size * Math.cos(angle + turn), y1 + size * Math.sin(angle + turn)]));
          context.fill();
        }
      }
    },
  },
  {
    key: "6",
    name: "Planogram",
    has: (record) => record.instances.some((unit) => unit.planogram),
    draw(context, { record, pixel, chosen }) {
      for (const unit of record.instances) {
        const place = unit.planogram;
        if (!place || place.depth > 0 || !unit.bbox_visible) continue;
        const isWrong = place.expected_sku !== unit.sku;
        const [x, y] = middle(unit);
        const [, , width, height] = unit.bbox_visible;
        if (isWrong) outline(context, unit.bbox_visible, "#ff5b5b", 2.5 * pixel);
        // Where there is no room for text a dot must do.
        const text = `${place.bay}·${place.shelf}·${place.position}`;
        if (width > 24 * pixel && height > 12 * pixel) note(context, text, x, y, isWrong ? "#ff8f8f" : "#fff", pixel);
        else if (unit !== chosen) context.fillRect(x - pixel, y - pixel, 2 * pixel, 2 * pixel);
      }
    },
  },
  {
    key: "7",
    name: "Text and bar codes",
    has: (record) => record.instances.some((unit) => unit.reading),
    draw(context, { record, pixel, chosen }) {
      for (const unit of record.instances) {
        if (!unit.reading || (chosen && chosen !== unit)) continue;
        const prints = [...unit.reading.text, ...unit.reading.bar_codes];
        for (const print of prints) {
          const { quad, outline: around, legibility } = print.place;
          // Red cannot be read, green can.
          context.strokeStyle = `hsl(${130 * legibility} 85% 55% / ${0.35 + 0.65 * legibility})`;
          context.lineWidth = (print.digits ? 1.6 : 1.1) * pixel;
          polygon(context, around ?? quad);
          context.stroke();
        }
      }
    },
  },
  {
    key: "8",
    name: "Boxes in 3D",
    has: (record) => record.instances.some((unit) => unit.box_3d),
    draw(context, { record, pixel, chosen }) {
      for (const unit of record.instances) {
        if (!unit.box_3d || !unit.visible_px || (chosen && chosen !== unit)) continue;
        const corners = unit.box_3d.corners.map((corner) => corner.px);
        context.strokeStyle = css(colorOfUnit(unit), 0.85);
        context.lineWidth = 1.1 * pixel;
        context.beginPath();
        // Corners differ in x, y and z by bits 0, 1 and 2 of their number.
        for (let i = 0; i < 8; i++) {
          for (const bit of [1, 2, 4]) {
            if (i & bit || !corners[i] || !corners[i | bit]) continue;
            context.moveTo(...corners[i]);
            context.lineTo(...corners[i | bit]);
          }
        }
        context.stroke();
      }
    },
  },
  {
    key: "9",
    name: "Keypoints",
    has: (record) => record.instances.some((unit) => unit.keypoints?.length),
    draw(context, { record, pixel, chosen }) {
      for (const unit of record.instances) {
        if (!unit.visible_px || (chosen && chosen !== unit)) continue;
        for (const { name, px, state } of unit.keypoints ?? []) {
          if (!px || state === 0) continue;
          context.beginPath();
          context.arc(...px, 2.4 * pixel, 0, 2 * Math.PI);
          context.lineWidth = pixel;
          context.strokeStyle = css(colorOfUnit(unit));
          context.fillStyle = state === 2 ? css(colorOfUnit(unit)) : "rgb(15 17 20 / .6)";
          context.fill();
          context.stroke();
          if (chosen === unit) note(context, name.replaceAll("_", " "), px[0], px[1] - 11 * pixel, state === 2 ? "#fff" : "#9a9da3", pixel);
        }
      }
    },
  },
  {
    key: "o",
    name: "Oriented boxes",
    has: (record) => record.instances.some((unit) => unit.obb_visible),
    draw(context, { record, pixel }) {
      context.lineWidth = 1.3 * pixel;
      for (const unit of record.instances) {
        if (!unit.obb_visible) continue;
        context.strokeStyle = css(colorOfUnit(unit));
        polygon(context, unit.obb_visible);
        context.stroke();
      }
    },
  },
  {
    key: "e",
    name: "Bays and shelf edges",
    has: (record) => record.shelf,
    draw(context, { record, pixel }) {
      context.lineWidth = 2 * pixel;
      context.strokeStyle = "#4fc3f7";
      for (const { edge_px } of record.shelf.shelves) {
        for (const line of edge_px) {
          context.beginPath();
          line.forEach((point, i) => (i ? context.lineTo(...point) : context.moveTo(...point)));
          context.stroke();
        }
      }
      context.fillStyle = "#4fc3f7";
      for (const bay of record.shelf.bays) {
        for (const { px } of bay.corners) if (px) context.fillRect(px[0] - 3 * pixel, px[1] - 3 * pixel, 6 * pixel, 6 * pixel);
      }
    },
  },
  {
    key: "v",
    name: "Voids",
    has: (record) => record.shelf,
    draw(context, { record, pixel }) {
      context.lineWidth = 1.6 * pixel;
      context.setLineDash([4 * pixel, 3 * pixel]);
      for (const { quad_px, sku } of record.shelf.voids) {
        if (!quad_px) continue;
        context.strokeStyle = "#ff5b5b";
        context.fillStyle = "rgb(255 91 91 / .18)";
        polygon(context, quad_px);
        context.fill();
        context.stroke();
        const middle = [0, 1].map((axis) => quad_px.reduce((sum, corner) => sum + corner[axis] / 4, 0));
        note(context, sku, ...middle, "#ffb3b3", pixel);
      }
    },
  },
  {
    key: "b",
    name: "Price labels",
    has: (record) => record.shelf,
    draw(context, { record, pixel }) {
      context.lineWidth = 1.4 * pixel;
      for (const { quad_px, price_text, visible_px } of record.shelf.price_labels) {
        if (!quad_px) continue;
        context.strokeStyle = visible_px === 0 ? "rgb(255 213 79 / .35)" : "#ffd54f";
        polygon(context, quad_px);
        context.stroke();
        const x = (quad_px[2][0] + quad_px[3][0]) / 2;
        const y = Math.max(...quad_px.map((corner) => corner[1]));
        if (visible_px !== 0) note(context, price_text, x, y + 8 * pixel, "#ffd54f", pixel);
      }
    },
  },
];

/** The unit under the pointer, and what hides it. */
export function highlight(context, { chosen, pixel, byId, record }) {
  if (!chosen) return;
  const { width, height } = record.camera;
  const canvas = new OffscreenCanvas(width, height);
  const own = canvas.getContext("2d");
  const image = own.createImageData(width, height);
  paint(image, chosen.mask_amodal, [255, 255, 255], 0.12);
  paint(image, chosen.mask_visible, colorOfUnit(chosen), 0.4);
  own.putImageData(image, 0, 0);
  context.drawImage(canvas, 0, 0);
  outline(context, chosen.bbox_amodal, "#fff", 1.5 * pixel, [5 * pixel, 3 * pixel]);
  outline(context, chosen.bbox_visible, css(colorOfUnit(chosen)), 2 * pixel);
  for (const { id } of chosen.occluded_by) {
    const front = byId.get(id);
    if (front) outline(context, front.bbox_visible, css(colorOfUnit(front), 0.8), 1 * pixel);
  }
}
