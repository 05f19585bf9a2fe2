// What can be laid over a frame. A layer has a key, a name, what it needs, and how it is drawn: `draw` gets a canvas whose
// units are the frame's pixels, and the state of the page; `shapes` makes SVG shapes that the pointer finds instead. `find`
// tells what is at a place: a title and lines. To add one, add it to the list.

import { colorOf, css, paint } from "./masks.js";
import { shapes } from "./reading.js";

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

/** Width of a note, pixels of the frame. */
function noteWidth(context, text, pixel) {
  context.font = `${11 * pixel}px system-ui, sans-serif`;
  return context.measureText(text).width + 6 * pixel;
}

/** Text on a dark plate. */
function note(context, text, x, y, color, pixel) {
  const size = 11 * pixel;
  const width = noteWidth(context, text, pixel);
  context.fillStyle = "rgb(15 17 20 / .78)";
  context.fillRect(x - width / 2, y - size * 0.75, width, size * 1.4);
  context.fillStyle = color;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y);
}

/** Whether a place lies in a polygon (even-odd). */
function isInside([x, y], points) {
  let inside = false;
  points.forEach(([ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  });
  return inside;
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
          const angle = Math.atan2(y1 - y0, x1 - x0);
          const size = (4 + 5 * share) * pixel;
          const head = [0, 2.5, -2.5].map((turn) => [x1 + size * Math.cos(angle + turn), y1 + size * Math.sin(angle + turn)]);
          const alpha = 0.35 + 0.65 * Math.min(1, share * 2);
          // A dark border, so that every colour is seen on every product.
          for (const [color, wider] of [[`rgb(0 0 0 / ${0.6 * alpha})`, 2 * pixel], [css(colorOfUnit(front), alpha), 0]]) {
            context.strokeStyle = context.fillStyle = color;
            context.lineWidth = (0.8 + 5 * share) * pixel + wider;
            context.beginPath();
            context.moveTo(x0, y0);
            context.lineTo(x1, y1);
            context.stroke();
            context.lineWidth = wider;
            polygon(context, head);
            context.fill();
            if (wider) context.stroke();
          }
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
        // Where there is no room for all of it, the position must do, and else a dot.
        const color = isWrong ? "#ff8f8f" : "#fff";
        const texts = [`${place.bay}·${place.shelf}·${place.position}`, `${place.position}`];
        const text = height > 14 * pixel && texts.find((text) => noteWidth(context, text, pixel) <= width);
        if (text) note(context, text, x, y, color, pixel);
        else if (unit !== chosen) {
          context.fillStyle = color;
          context.fillRect(x - pixel, y - pixel, 2 * pixel, 2 * pixel);
        }
      }
    },
    find(place, { record, byId, unitAt }) {
      const unit = byId.get(unitAt(place));
      if (!unit?.planogram) return null;
      const { bay, shelf, position, facing, level, depth, expected_sku } = unit.planogram;
      const wrong = expected_sku !== unit.sku && `should be ${expected_sku}`;
      return { title: unit.name, lines: [`bay ${bay}, shelf ${shelf}, position ${position}`, `facing ${facing}, level ${level}, depth ${depth}`, wrong] };
    },
  },
  {
    key: "7",
    name: "Text and bar codes",
    has: (record) => record.instances.some((unit) => unit.reading?.text.length || unit.reading?.bar_codes.length),
    shapes,
    legend: ["cannot be read", "linear-gradient(90deg, hsl(0 90% 58%), hsl(65 90% 58%), hsl(130 90% 58%))", "can"],
  },
  {
    key: "8",
    name: "Boxes in 3D",
    has: (record) => record.instances.some((unit) => unit.box_3d),
    draw(context, { record, pixel, chosen }) {
      for (const unit of record.instances) {
        if (!unit.box_3d || !unit.visible_px || (chosen && chosen !== unit)) continue;
        const corners = unit.box_3d.corners.map((corner) => corner.px);
        // Corners differ in x, y and z by bits 0, 1 and 2 of their number; the front has bit 2.
        for (const isFront of [false, true]) {
          context.strokeStyle = css(colorOfUnit(unit), isFront ? 1 : 0.45);
          context.lineWidth = (isFront ? 1.7 : 1) * pixel;
          context.beginPath();
          for (let i = 0; i < 8; i++) {
            for (const bit of [1, 2, 4]) {
              if (i & bit || !corners[i] || !corners[i | bit] || isFront !== ((i & 4) !== 0)) continue;
              context.moveTo(...corners[i]);
              context.lineTo(...corners[i | bit]);
            }
          }
          context.stroke();
        }
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
        for (const { px, state } of unit.keypoints ?? []) {
          if (!px || state === 0) continue;
          context.beginPath();
          // Seen: a full dot with a border that shows on everything; hidden: a ring.
          context.arc(...px, (state === 2 ? 3 : 2.2) * pixel, 0, 2 * Math.PI);
          context.lineWidth = pixel;
          context.strokeStyle = state === 2 ? "rgb(15 17 20 / .9)" : css(colorOfUnit(unit), chosen === unit ? 1 : 0.5);
          context.fillStyle = css(colorOfUnit(unit));
          if (state === 2) context.fill();
          context.stroke();
        }
      }
    },
    find([x, y], { record, pixel, chosen }) {
      const points = record.instances.filter((unit) => unit.visible_px && (!chosen || chosen === unit)).flatMap((unit) => unit.keypoints ?? []);
      const near = points.filter(({ px, state }) => px && state > 0 && Math.hypot(px[0] - x, px[1] - y) < 6 * pixel);
      const { name, px, state } = near.sort((a, b) => Math.hypot(a.px[0] - x, a.px[1] - y) - Math.hypot(b.px[0] - x, b.px[1] - y))[0] ?? {};
      return name && { title: name.replaceAll("_", " "), lines: [state === 2 ? "seen" : "hidden", px.map((value) => value.toFixed(1)).join(", ")] };
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
      for (const { quad_px, sku, visible_px } of record.shelf.voids) {
        if (!quad_px) continue;
        context.strokeStyle = visible_px ? "#ff5b5b" : "rgb(255 91 91 / .35)";
        context.fillStyle = `rgb(255 91 91 / ${visible_px ? 0.18 : 0.06})`;
        polygon(context, quad_px);
        context.fill();
        context.stroke();
        const middle = [0, 1].map((axis) => quad_px.reduce((sum, corner) => sum + corner[axis] / 4, 0));
        if (visible_px) note(context, sku, ...middle, "#ffb3b3", pixel);
      }
    },
    find(place, { record }) {
      const found = record.shelf.voids.find(({ quad_px }) => quad_px && isInside(place, quad_px));
      if (!found) return null;
      const { bay, shelf, position, facing } = found;
      return { title: `nothing, where ${found.sku} should be`, lines: [`bay ${bay}, shelf ${shelf}, position ${position}, facing ${facing}`, found.gtin ?? ""] };
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
    find(place, { record }) {
      const found = record.shelf.price_labels.find(({ quad_px }) => quad_px && isInside(place, quad_px));
      if (!found) return null;
      const { price_text, sku, gtin, style, visibility } = found;
      return { title: `${price_text}  ${sku}`, lines: [`${found.class}, ${style}`, `GTIN ${gtin ?? "–"}`, `${Math.round(100 * visibility)} % visible`] };
    },
  },
];

/** What the layers that are on know of a place of the frame. */
export function find(place, on, state) {
  for (const layer of LAYERS) {
    if (!layer.find || !on.has(layer.key) || (layer.has && !layer.has(state.record))) continue;
    const found = layer.find(place, state);
    if (found) return found;
  }
  return null;
}

/** The unit under the pointer, and what hides it. */
export function highlight(context, { chosen, pixel, byId, record, isReading }) {
  if (!chosen) return;
  // Nobody reads through paint.
  const [all, seen] = isReading ? [0, 0.06] : [0.12, 0.4];
  const { width, height } = record.camera;
  const canvas = new OffscreenCanvas(width, height);
  const own = canvas.getContext("2d");
  const image = own.createImageData(width, height);
  paint(image, chosen.mask_amodal, [255, 255, 255], all);
  paint(image, chosen.mask_visible, colorOfUnit(chosen), seen);
  own.putImageData(image, 0, 0);
  context.drawImage(canvas, 0, 0);
  outline(context, chosen.bbox_amodal, "#fff", 1.5 * pixel, [5 * pixel, 3 * pixel]);
  outline(context, chosen.bbox_visible, css(colorOfUnit(chosen)), 2 * pixel);
  for (const { id } of chosen.occluded_by) {
    const front = byId.get(id);
    if (front) outline(context, front.bbox_visible, css(colorOfUnit(front), 0.8), 1 * pixel);
  }
}
