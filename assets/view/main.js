// The page: the grid of frames, or one frame; what stands behind # in the address says which.

import { Frame } from "./frame.js";
import { Grid } from "./grid.js";

const $ = (id) => document.getElementById(id);

const KEYS = [
  ["← →", "previous and next frame (of the filter)"],
  ["↑ ↓ Enter", "move in the grid, open a frame"],
  ["Esc", "back to the grid; let go of a unit"],
  ["1 … 9, letters", "layers, as written beside them"],
  ["click", "hold a unit, also to read what is on it; click beside it to let go"],
  ["wheel, drag, 0", "zoom, move, fit"],
  ["/", "search for a product"],
  ["?", "this list"],
];

const answer = await fetch("api/dataset");
const dataset = await answer.json();
document.title = `${dataset.name} · endcap`;
$("name").textContent = dataset.name;

const grid = new Grid($("grid"), dataset, (found, filter) => {
  if (found.error) {
    $("count").textContent = found.error;
    return;
  }
  const { matches, indexed, total, failure } = found;
  const isReading = indexed < total && !failure;
  const reading = isReading ? ` · ${Math.floor((100 * indexed) / total)} % read` : "";
  $("count").textContent = `${matches.toLocaleString("en")} of ${total.toLocaleString("en")} frames${reading}`;
  if (failure) $("count").textContent += ` · ${failure}`;
  Object.assign($("count").dataset, { filter, matches, indexed });
  if (!isReading) met();
});
const frame = new Frame(dataset);

function categories(names) {
  const chosen = $("category").value;
  const all = !chosen || names.includes(chosen) ? names : [...names, chosen];
  $("category").replaceChildren($("category").options[0], ...all.map((name) => new Option(name)));
  $("category").value = chosen;
}

/** Once all frames have been read, only categories that are there can be chosen. */
async function met() {
  if ($("category").dataset.met) return;
  $("category").dataset.met = true;
  const { categories: names } = await (await fetch("api/dataset")).json();
  categories(names.sort());
}

categories(dataset.header.classes.filter((label) => label.is_product).map((label) => label.name).sort());

const FIELDS = { product: "", category: "", min_visibility: "0", max_visibility: "100", occluders: "0" };

function filter() {
  const wanted = new URLSearchParams();
  for (const [name, usual] of Object.entries(FIELDS)) {
    const value = $(name).value || usual;
    if (value !== usual) wanted.set(name, value);
  }
  return wanted.toString();
}

let pending = 0;
$("filters").addEventListener("input", () => {
  clearTimeout(pending);
  pending = setTimeout(() => grid.show(filter()), 200);
});
$("filters").addEventListener("reset", () => setTimeout(() => grid.show(filter())));
$("filters").addEventListener("submit", (event) => event.preventDefault());

async function route() {
  const found = location.hash.match(/^#\/frame\/(\d+)$/);
  $("grid").hidden = !!found;
  $("filters").hidden = !!found;
  $("count").hidden = !!found;
  $("frame").hidden = !found;
  $("steps").hidden = !found;
  if (found) {
    const number = Number(found[1]);
    await grid.choose(number);
    $("which").textContent = `frame ${String(number).padStart(6, "0")}`;
    await frame.show(number);
  } else {
    await grid.show(filter());
    grid.move(0, 0);
  }
}

async function step(by) {
  const next = await grid.frameAt(grid.chosen + by);
  if (next === null) return;
  grid.chosen += by;
  location.hash = `#/frame/${next}`;
}

$("previous").addEventListener("click", () => step(-1));
$("next").addEventListener("click", () => step(1));
$("keys").querySelector("dl").innerHTML = KEYS.map(([key, what]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`).join("");
$("help").addEventListener("click", () => $("keys").showModal());

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && !/checkbox|range/.test(event.target.type);
  if (event.key === "Escape" && isTyping) event.target.blur();
  if (isTyping) return;
  const inFrame = !$("frame").hidden;
  const act = {
    "?": () => $("keys").showModal(),
    "/": () => {
      location.hash = "#/";
      setTimeout(() => $("product").focus());
    },
    ArrowLeft: () => (inFrame ? step(-1) : grid.move(-1, 0)),
    ArrowRight: () => (inFrame ? step(1) : grid.move(1, 0)),
    ArrowUp: () => inFrame || grid.move(0, -1),
    ArrowDown: () => inFrame || grid.move(0, 1),
    Enter: async () => inFrame || (location.hash = `#/frame/${await grid.frameAt(grid.chosen)}`),
    Escape: () => inFrame && (frame.release() || (location.hash = "#/")),
    0: () => inFrame && frame.fit(),
  }[event.key];
  if (act) {
    event.preventDefault();
    act();
  } else if (inFrame && frame.toggle(event.key)) {
    event.preventDefault();
  }
});
addEventListener("hashchange", route);

await grid.show("");
await route();
