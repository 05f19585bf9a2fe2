// Drives `endcap view` in a real browser: node view.mjs PROGRAM [FOLDER FOR SCREENSHOTS]
// CHROMIUM names the browser; without it the usual places are looked at.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";
import { readGrey16 } from "./png16.mjs";

const [program, pictures] = process.argv.slice(2);
const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FRAMES = 6;

const folder = mkdtempSync(join(tmpdir(), "endcap-view-"));
const dataset = join(folder, "shelves");
const records = [];
let server, browser, page, address;
const complaints = [];

before(async () => {
  const render = ["render", "default", "--frames", `0..${FRAMES}`, "--seed", "3", "--size", "160x200", "--spp", "1"];
  execFileSync(program, [...render, "--planes", "rgb,instance,depth,normal", "--out", dataset, "--quiet"], { stdio: "inherit" });
  for (let i = 0; i < FRAMES; i++) records.push(JSON.parse(readFileSync(join(dataset, `frames/00000${i}.json`))));

  server = spawn(program, ["view", dataset, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  address = await new Promise((resolve, reject) => {
    server.once("exit", () => reject(new Error("endcap view has ended")));
    server.stdout.on("data", (text) => resolve(String(text).match(/http:\S+/)?.[0]));
  });
  const executablePath = places.find((place) => place && existsSync(place));
  assert.ok(executablePath, "no Chromium is installed; name one in CHROMIUM");
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("data:")) complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForFunction((count) => document.querySelectorAll("#cells a").length === count, FRAMES);
});

after(async () => {
  await browser?.close();
  server?.kill();
  rmSync(folder, { recursive: true });
});

const screenshot = (name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });
const hash = () => page.evaluate(() => location.hash);

/** Frames with a unit that fits, counted from the files. */
const count = (fits) => records.filter((record) => record.instances.some(fits)).length;

async function filtered(fields) {
  await page.evaluate((fields) => {
    document.getElementById("filters").reset();
    for (const [id, value] of Object.entries(fields)) document.getElementById(id).value = value;
    document.getElementById("filters").dispatchEvent(new Event("input"));
  }, fields);
  await page.waitForTimeout(600);
  return Number((await page.textContent("#count")).match(/^[\d,]+/)[0]);
}

test("the grid shows all frames with their pictures", async () => {
  const sizes = await page.$$eval("#cells img", (images) => Promise.all(images.map(async (image) => (await image.decode(), image.naturalWidth))));
  assert.equal(sizes.length, FRAMES);
  assert.ok(sizes.every((width) => width > 0), `${sizes}`);
  await screenshot("grid");
});

test("filters agree with the files", async () => {
  await page.waitForFunction(() => document.getElementById("category").options.length > 1);
  const categories = [...new Set(records.flatMap((record) => record.instances.map((unit) => unit.category)))];
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
    const ids = await page.evaluate(async (record) => Array.from((await import("./masks.js")).idsOf(record)), records[i]);
    assert.deepEqual(ids, truth.values);
  }
});

test("a frame shows the unit under the pointer", async () => {
  await page.goto(`${address}#/frame/1`);
  await page.waitForFunction(() => document.querySelector("#pictures img")?.complete);
  const record = records[1];
  const { width, height, values } = readGrey16(join(dataset, "instance/000001.png"));
  const unit = [...record.instances].sort((a, b) => b.visible_px - a.visible_px)[0];
  const at = values.findIndex((id, i) => id === unit.id && values[i + 1] === unit.id && values[i + width] === unit.id);
  const box = await page.locator("#stage").boundingBox();
  const scale = Math.min(box.width / width, box.height / height);
  const x = box.x + (box.width - width * scale) / 2 + ((at % width) + 0.5) * scale;
  const y = box.y + (box.height - height * scale) / 2 + (Math.floor(at / width) + 0.5) * scale;
  await page.mouse.move(x, y);
  await page.waitForFunction((name) => document.querySelector("#unit h3")?.textContent === name, unit.name);
  assert.match(await page.textContent("#unit"), new RegExp(`number${unit.id}\\b|number\\s*${unit.id}`));
  await screenshot("unit");
});

test("layers are switched by their keys", async () => {
  const painted = () => page.evaluate(() => {
    const canvas = document.getElementById("overlay");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((value, i) => i % 4 === 3 && value > 0).length;
  });
  await page.mouse.move(5, 300);
  await page.keyboard.press("3");
  await page.waitForTimeout(200);
  const nothing = await painted();
  await page.keyboard.press("1");
  await page.waitForTimeout(200);
  const masks = await painted();
  assert.ok(masks > nothing + 1000, `${nothing} ${masks}`);
  await page.keyboard.press("1");
  await page.keyboard.press("d");
  await page.waitForFunction(() => [...document.querySelectorAll("#pictures img")].some((image) => image.src.includes("/depth/") && image.naturalWidth > 0));
  assert.equal(await page.isChecked('[data-key="d"]'), true);
  await screenshot("depth");
  await page.keyboard.press("d");
});

test("keys lead from frame to frame and back", async () => {
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => location.hash === "#/frame/2");
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => location.hash === "#/frame/1");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.getElementById("grid").hidden);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#/frame/2");
  assert.equal(await hash(), "#/frame/2");
});

test("strangers get nothing", async () => {
  const status = async (path, options) => (await fetch(address.replace(/\/$/, "") + path, options)).status;
  assert.equal(await status("/api/frame/99"), 404);
  assert.equal(await status("/api/frame/../dataset.json"), 404);
  assert.equal(await status("/%2e%2e/%2e%2e/etc/passwd"), 404);
  assert.equal(await status("/image/rgb/0?w=100000"), 400);
  assert.equal(await status("/api/frames?count=x"), 400);
  assert.equal(await status("/", { method: "POST" }), 405);
  // fetch does not let us lie about the host, curl would.
  const { request } = await import("node:http");
  const forged = await new Promise((resolve) => request(address, { headers: { host: "evil.example" } }, (answer) => resolve(answer.statusCode)).end());
  assert.equal(forged, 403);
});

test("nothing went wrong on the way, and no other server was asked", () => assert.deepEqual(complaints, []));
