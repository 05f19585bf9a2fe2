// Drives `endcap view` in a real browser: node view.mjs PROGRAM [FOLDER FOR SCREENSHOTS]
// CHROMIUM names the browser; without it the usual places are looked at.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";
import { deadline, guard, until, within } from "./patience.mjs";
import { readGrey16 } from "./png16.mjs";

const [program, pictures] = process.argv.slice(2);
const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FRAMES = 6;

// Most of it is for a graphics driver that compiles the kernels for the first time.
deadline(240_000);

const folder = mkdtempSync(join(tmpdir(), "endcap-view-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const dataset = join(folder, "shelves");
const records = [];
let server, browser, page, address;
const complaints = [];

/** Runs the program to its end. */
function run(arguments_) {
  const child = guard(spawn(program, arguments_, { stdio: ["ignore", "ignore", "inherit"] }));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code ?? signal}`))));
  });
}

/** Starts the server; its address. */
function serve() {
  server = guard(spawn(program, ["view", dataset, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] }));
  let said = "";
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code, signal) => reject(new Error(`endcap view has ended with ${code ?? signal}`)));
    server.stdout.on("data", (text) => {
      said += text;
      const found = said.match(/(http:\S+\/)\s/);
      if (found) resolve(found[1]);
    });
  });
}

before(async () => {
  const executablePath = places.find((place) => place && existsSync(place));
  assert.ok(executablePath, "no Chromium is installed; name one in CHROMIUM");
  const render = ["render", "close", "--frames", `0..${FRAMES}`, "--seed", "3", "--size", "240x320", "--spp", "1"];
  await within("the dataset", run([...render, "--planes", "rgb,instance,depth,normal", "--out", dataset, "--quiet"]), 180_000);
  for (let i = 0; i < FRAMES; i++) records.push(JSON.parse(readFileSync(join(dataset, `frames/00000${i}.json`))));

  address = await within("the address of endcap view", serve());
  browser = await within("the browser", chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] }), 60_000);
  page = await within("a page", browser.newPage({ viewport: { width: 1440, height: 900 } }));
  page.setDefaultTimeout(30_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("data:")) complaints.push(`asks for ${request.url()}`);
  });
  await open("");
  await until("a cell for each frame", () => ask(() => document.querySelectorAll("#cells a").length), { wanted: (n) => n === FRAMES });
});

after(async () => {
  // A browser that does not answer must not keep the server alive: both are killed with this process.
  await within("the browser's end", browser?.close() ?? Promise.resolve(), 10_000).catch((error) => console.error(error.message));
  server?.kill();
});

const screenshot = (name) => pictures && within(`the screenshot ${name}`, page.screenshot({ path: join(pictures, `${name}.png`) }));
const open = (place) => within(`the page at ${place || "the grid"}`, page.goto(address + place, { waitUntil: "domcontentloaded" }));
const press = (key) => within(`the key ${key}`, page.keyboard.press(key));
const point = (x, y) => within(`the pointer at ${x}, ${y}`, page.mouse.move(x, y));
/** What a function says that runs in the page. */
const ask = (read, argument) => page.evaluate(read, argument);
const see = (what, read, argument) => until(what, () => ask(read, argument));
const hashIs = (hash) => see(`the address ${hash}`, (hash) => location.hash === hash, hash);

/** Frames with a unit that fits, counted from the files. */
const count = (fits) => records.filter((record) => record.instances.some(fits)).length;

/** The number of frames that the page shows for a filter, once it has read all of them. */
async function filtered(fields) {
  await within("a filter", ask((fields) => {
    const form = document.getElementById("filters");
    form.reset();
    for (const [id, value] of Object.entries(fields)) document.getElementById(id).value = value;
    form.dispatchEvent(new Event("input"));
  }, fields));
  const wanted = new URLSearchParams(fields).toString();
  const state = () => ask(() => ({ ...document.getElementById("count").dataset }));
  const answer = await until(`the answer to "${wanted}"`, state, {
    wanted: ({ filter, indexed }) => Number(indexed) === FRAMES && new URLSearchParams(filter).toString() === wanted,
  });
  return Number(answer.matches);
}

/** Says where a place of the frame is on the screen, by where the picture is. */
async function placeOnScreen(record) {
  const { width, height } = record.camera;
  const box = await within("the picture", page.locator("#paper").boundingBox());
  return ([x, y]) => [box.x + (x * box.width) / width, box.y + (y * box.height) / height];
}

test("the grid shows all frames with their pictures", async () => {
  const loaded = () => [...document.querySelectorAll("#cells img")].filter((image) => image.complete && image.naturalWidth > 0).length;
  await until("the pictures of the cells", () => ask(loaded), { wanted: (n) => n === FRAMES });
  await screenshot("grid");
});

test("filters agree with the files", async () => {
  const known = () => ask(() => [...document.getElementById("category").options].slice(1).map((option) => option.value));
  const categories = [...new Set(records.flatMap((record) => record.instances.map((unit) => unit.category)))].sort();
  assert.deepEqual(await until("the categories", known, { wanted: (list) => list.length > 0 }), categories);
  for (const category of categories.slice(0, 4)) {
    assert.equal(await filtered({ category }), count((unit) => unit.category === category), category);
  }
  const percent = (unit) => Math.floor(100 * (unit.visibility ?? 0));
  const hidden = (unit) => unit.occluded_by.filter((other) => other.id > 0).length;
  assert.equal(await filtered({ product: "cola" }), count((unit) => /cola/i.test(unit.name)));
  const category = categories[0];
  const both = (unit) => unit.category === category && percent(unit) <= 10 && hidden(unit) >= 2;
  assert.equal(await filtered({ category, max_visibility: 10, occluders: 2 }), count(both));
  assert.equal(await filtered({ occluders: 99 }), count((unit) => hidden(unit) >= 99));
  assert.equal(await filtered({}), FRAMES);
});

test("the page knows the unit at every pixel", async () => {
  for (const i of [0, FRAMES - 1]) {
    const truth = readGrey16(join(dataset, `instance/00000${i}.png`));
    // As text: playwright carries long lists number by number.
    const read = async (record) => (await import("./masks.js")).idsOf(record).join();
    assert.ok((await within("the units of all pixels", ask(read, records[i]))) === truth.values.join(), `units of frame ${i}`);
  }
});

test("a frame shows the unit under the pointer", async () => {
  await open("#/frame/1");
  await see("the frame's picture", () => document.querySelector("#pictures img")?.naturalWidth > 0);
  const record = records[1];
  const { width, values } = readGrey16(join(dataset, "instance/000001.png"));
  const unit = [...record.instances].sort((a, b) => b.visible_px - a.visible_px)[0];
  const at = values.findIndex((id, i) => id === unit.id && values[i + 1] === unit.id && values[i + width] === unit.id);
  const place = await placeOnScreen(record);
  await point(...place([(at % width) + 0.5, Math.floor(at / width) + 0.5]));
  const chosen = () => ask(() => [...document.querySelectorAll("#unit h3, #unit table tr:first-child td")].map((cell) => cell.textContent));
  const says = await until("the unit's name", chosen, { wanted: (texts) => texts[0] === unit.name });
  assert.deepEqual(says, [unit.name, "number", String(unit.id)]);
  await screenshot("unit");
});

test("layers are switched by their keys", async () => {
  const painted = () => ask(() => {
    const canvas = document.getElementById("overlay");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((value, i) => i % 4 === 3 && value > 0).length;
  });
  await point(5, 300);
  await press("3");
  await until("an overlay without layers", painted, { wanted: (pixels) => pixels === 0 });
  await press("1");
  await until("masks on the overlay", painted, { wanted: (pixels) => pixels > 1000 });
  await press("1");
  await until("an overlay without layers", painted, { wanted: (pixels) => pixels === 0 });
  await press("d");
  await see("the depth", () => [...document.querySelectorAll("#pictures img")].some((image) => image.src.includes("/depth/") && image.naturalWidth > 0));
  assert.equal(await within("the switch of depth", page.isChecked('[data-key="d"]')), true);
  await screenshot("depth");
  await press("d");
});

test("text and bar codes lie where the files say, and tell what they say", async () => {
  const prints = (record) => record.instances.flatMap((unit) => (unit.reading ? [...unit.reading.text, ...unit.reading.bar_codes].map((print) => ({ unit: unit.id, print })) : []));
  const number = records.reduce((best, record, i) => (prints(record).length > prints(records[best]).length ? i : best), 0);
  const record = records[number];
  const expected = prints(record);
  assert.ok(expected.length >= 5, `only ${expected.length} prints to look at`);

  await open(`#/frame/${number}`);
  await press("7");
  // In the frame's pixels, and on the screen.
  const drawn = () => ask(() => [...document.querySelectorAll("#shapes polygon")].map((shape) => {
    const points = [...shape.points].map(({ x, y }) => [x, y]);
    const screen = [...shape.points].map((point) => point.matrixTransform(shape.getScreenCTM())).map(({ x, y }) => [x, y]);
    return { unit: Number(shape.dataset.unit), written: shape.getAttribute("points"), points, screen, isShown: shape.style.display !== "none" };
  }));
  const shapes = await until("a shape for each print", drawn, { wanted: (shapes) => shapes.length === expected.length });
  const key = ({ unit, points }) => `${unit} ${points.map((point) => point.join()).join(" ")}`;
  const wanted = expected.map(({ unit, print }) => key({ unit, points: print.place.outline ?? print.place.quad }));
  assert.deepEqual(shapes.map(({ unit, written }) => `${unit} ${written}`).sort(), wanted.sort());
  const place = await placeOnScreen(record);
  for (const { points, screen } of shapes) {
    for (const [i, point] of points.entries()) {
      const [x, y] = place(point);
      assert.ok(Math.hypot(screen[i][0] - x, screen[i][1] - y) < 0.05, `${point} is at ${screen[i]}, not ${[x, y]}`);
    }
  }

  // Point at one that nothing covers.
  const middles = shapes.map(({ screen }) => [0, 1].map((axis) => screen.reduce((sum, point) => sum + point[axis], 0) / screen.length));
  const covered = (middles) => ask((middles) => {
    const shapes = [...document.querySelectorAll("#shapes polygon")];
    return middles.findIndex(([x, y], i) => document.elementFromPoint(x, y) === shapes[i]);
  }, middles);
  const free = await within("a print to point at", covered(middles));
  assert.ok(free >= 0, "every print is covered");
  await point(...middles[free]);
  const { print } = expected.find(({ unit, print }) => key({ unit, points: print.place.outline ?? print.place.quad }) === `${shapes[free].unit} ${shapes[free].written}`);
  const tip = () => ask(() => (document.getElementById("tip").hidden ? null : document.getElementById("tip").innerText));
  const said = await until("what the print says", tip);
  assert.ok(said.includes(print.text ?? print.digits), `${said} says nothing of ${print.text ?? print.digits}`);
  assert.ok(said.includes(`legibility ${Math.round(100 * print.place.legibility)} %`), said);
  await screenshot("reading");
  await press("7");
  await until("no shapes", drawn, { wanted: (shapes) => shapes.every(({ isShown }) => !isShown) });
  await open("#/frame/1");
  await hashIs("#/frame/1");
});

test("keys lead from frame to frame and back", async () => {
  await press("ArrowRight");
  await hashIs("#/frame/2");
  await press("ArrowLeft");
  await hashIs("#/frame/1");
  await press("Escape");
  await see("the grid", () => !document.getElementById("grid").hidden);
  await press("ArrowRight");
  await press("Enter");
  await hashIs("#/frame/2");
});

test("strangers get nothing", async () => {
  // Not fetch: it does not let us lie about the host, and tidies up paths.
  const { port } = new URL(address);
  const status = (path, { method = "GET", host = `127.0.0.1:${port}` } = {}) =>
    within(`an answer to ${method} ${path}`, new Promise((resolve, reject) => {
      const asked = request({ port, host: "127.0.0.1", path, method, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once("error", reject).end();
    }));
  assert.equal(await status("/"), 200);
  assert.equal(await status("/api/frame/99"), 404);
  assert.equal(await status("/api/frame/../dataset.json"), 404);
  assert.equal(await status("/../../../etc/passwd"), 404);
  assert.equal(await status("/%2e%2e/%2e%2e/etc/passwd"), 404);
  assert.equal(await status("/image/rgb/0?w=100000"), 400);
  assert.equal(await status("/api/frames?count=x"), 400);
  assert.equal(await status("/", { method: "POST" }), 405);
  assert.equal(await status("/", { host: "evil.example" }), 403);
});

test("nothing went wrong on the way, and no other server was asked", () => assert.deepEqual(complaints, []));
