// What the side of the page says in words: one unit, and the planogram as a drawing.

import { colorOf, css } from "./masks.js";
import { colorOfLegibility } from "./reading.js";

const number = (value, digits = 1) => (value === null || value === undefined ? "–" : value.toFixed(digits));

function row(table, name, value) {
  const line = table.insertRow();
  line.insertCell().textContent = name;
  const cell = line.insertCell();
  if (value instanceof Node) cell.append(value);
  else cell.textContent = value;
}

function bar(share) {
  const whole = document.createElement("div");
  whole.append(`${number(100 * share, 1)} %`);
  const track = document.createElement("div");
  track.className = "bar";
  const filled = document.createElement("div");
  filled.style.width = `${100 * share}%`;
  track.append(filled);
  whole.append(track);
  return whole;
}

/** Writes all that is known of a unit; `point` is called with what is pointed at on it. */
export function describe(element, unit, record, point) {
  if (!unit) {
    element.innerHTML = '<h2>Unit</h2><p class="faint">Point at a product.</p>';
    return;
  }
  element.innerHTML = "<h2>Unit</h2>";
  const title = document.createElement("h3");
  const patch = document.createElement("i");
  patch.style.background = css(colorOf(unit.id));
  title.append(patch, unit.name);
  const table = document.createElement("table");
  element.append(title, table);
  row(table, "number", unit.id);
  row(table, "GTIN", unit.gtin ?? "–");
  row(table, "SKU", unit.sku ?? "–");
  row(table, "category", unit.category);
  row(table, "visible", bar(unit.visibility ?? 0));
  row(table, "pixels", `${unit.visible_px.toLocaleString("en")} of ${unit.amodal_px.toLocaleString("en")}${unit.truncated ? ", leaves the picture" : ""}`);
  const { yaw, pitch, roll } = unit.yaw_pitch_roll_deg;
  row(table, "yaw, pitch, roll", `${number(yaw)}°, ${number(pitch)}°, ${number(roll)}°`);
  row(table, "size", unit.size_m.map((metres) => (1000 * metres).toFixed(0)).join(" × ") + " mm");
  const fronts = [...unit.occluded_by].sort((a, b) => b.px - a.px);
  const names = new Map(record.instances.map((other) => [other.id, other.name]));
  const lines = fronts.slice(0, 6).map(({ id, px }) => `${id ? `${names.get(id) ?? "unit"} (${id})` : "fixture"}: ${px.toLocaleString("en")} px`);
  if (fronts.length > 6) lines.push(`and ${fronts.length - 6} more`);
  row(table, "behind", lines.join("\n") || "nothing");
  table.rows[table.rows.length - 1].cells[1].style.whiteSpace = "pre-line";
  if (unit.symmetry && unit.symmetry !== "none") row(table, "symmetry", unit.symmetry.replaceAll("_", " "));
  const place = unit.planogram;
  if (place) {
    row(table, "planogram", `bay ${place.bay}, shelf ${place.shelf}, position ${place.position}, facing ${place.facing}, level ${place.level}, depth ${place.depth}`);
    if (place.expected_sku !== unit.sku) row(table, "expected", `${place.expected_sku} ${place.expected_gtin ?? ""}`);
  }
  prints(element, table, unit.reading, point);
}

/** What can be read on a unit, the most legible first; `point` is called with a print under the pointer. */
function prints(element, table, reading, point) {
  if (!reading) return;
  const { visible_share, viewing_angle_deg, px_per_mm } = reading.front;
  if (visible_share !== null) row(table, "front", bar(visible_share));
  row(table, "front's angle", `${number(viewing_angle_deg)}°`);
  if (px_per_mm) row(table, "pixels a mm", px_per_mm.map((value) => number(value, 2)).join(" × "));
  const all = [...reading.bar_codes, ...reading.text].sort((a, b) => b.place.legibility - a.place.legibility);
  if (!all.length) return;
  const title = document.createElement("h4");
  title.textContent = "To be read";
  element.append(title);
  for (const print of all) {
    const line = document.createElement("div");
    line.className = "print";
    const text = document.createElement("span");
    text.textContent = print.text ?? `${print.symbology} ${print.digits}`;
    text.title = text.textContent;
    const share = document.createElement("em");
    share.textContent = `${number(100 * print.place.legibility, 0)} %`;
    const track = document.createElement("div");
    track.className = "bar";
    const filled = document.createElement("div");
    filled.style.width = `${100 * print.place.legibility}%`;
    filled.style.background = colorOfLegibility(print.place.legibility);
    track.append(filled);
    line.append(text, share, track);
    line.addEventListener("pointerenter", () => point(print));
    line.addEventListener("pointerleave", () => point(null));
    element.append(line);
  }
}

/** Draws the frame's front units as the planogram sees them; `choose` is called with the unit that is pointed at. */
export function planogram(element, record, choose) {
  element.innerHTML = "";
  const fronts = record.instances.filter((unit) => unit.planogram && unit.planogram.depth === 0 && unit.planogram.level === 0);
  if (!fronts.length) return;
  element.innerHTML = "<h2>Planogram</h2>";
  const products = [...new Set(fronts.map((unit) => unit.sku))].sort();
  const colors = new Map(products.map((sku, i) => [sku, css(colorOf(i + 1))]));
  const bays = new Map();
  for (const unit of fronts) {
    const { bay, shelf } = unit.planogram;
    const shelves = bays.get(bay) ?? bays.set(bay, new Map()).get(bay);
    (shelves.get(shelf) ?? shelves.set(shelf, []).get(shelf)).push(unit);
  }
  for (const [bay, shelves] of [...bays].sort((a, b) => a[0] - b[0])) {
    const block = document.createElement("div");
    block.className = "bay";
    block.title = `bay ${bay}`;
    for (const [shelf, units] of [...shelves].sort((a, b) => b[0] - a[0])) {
      units.sort((a, b) => a.planogram.position - b.planogram.position || a.planogram.facing - b.planogram.facing);
      const line = document.createElement("div");
      line.className = "row";
      const label = document.createElement("b");
      label.textContent = shelf;
      line.append(label);
      for (const unit of units) {
        const cell = document.createElement("div");
        cell.className = "cell";
        cell.dataset.id = unit.id;
        cell.style.background = colors.get(unit.sku);
        cell.style.flexGrow = Math.max(1, 1000 * unit.size_m[0]);
        cell.title = unit.name;
        if (unit.planogram.expected_sku !== unit.sku) cell.classList.add("wrong");
        cell.addEventListener("pointerenter", () => choose(unit));
        line.append(cell);
      }
      block.append(line);
    }
    element.append(block);
  }
}
