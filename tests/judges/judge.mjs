// Judges exported maps as WorkAdventure would: its schema, its engine's parser, and whether every gid
// and every picture that a map names is there. Usage: node judge.mjs FOLDER...
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ITiledMap } from "@workadventure/tiled-map-type-guard";

const require = createRequire(import.meta.url);
// The parser needs no browser, but files that it loads on the way look for one.
const element = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : element), apply: () => element, construct: () => element });
globalThis.window = globalThis;
globalThis.document = element;
globalThis.navigator ??= { userAgent: "", appVersion: "", maxTouchPoints: 0 };
globalThis.Image = element;
globalThis.HTMLCanvasElement = function () {};
// The package exports only the whole engine, which wants a browser: the parser is taken by its path.
const ParseJSONTiled = require("./node_modules/phaser/src/tilemaps/parsers/tiled/ParseJSONTiled.js");

function maps(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".tmj"))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function judge(file) {
  const wrong = [];
  const map = JSON.parse(fs.readFileSync(file, "utf8"));
  const read = ITiledMap.safeParse(map);
  if (!read.success) {
    for (const issue of read.error.issues.slice(0, 3)) {
      wrong.push(`schema: ${issue.path.join(".")}: ${issue.message}`);
    }
  }
  try {
    const parsed = ParseJSONTiled("map", map, false);
    for (const layer of parsed.layers) {
      for (const tile of layer.data.flat()) {
        if (tile.index > 0 && !parsed.tiles[tile.index]) {
          wrong.push(`engine: layer ${layer.name}: no tileset has gid ${tile.index}`);
          break;
        }
      }
    }
    const layers = (list) => list.flatMap((layer) => (layer.type === "group" ? layers(layer.layers) : [layer]));
    const drawn = layers(map.layers).filter((layer) => layer.type === "tilelayer");
    if (parsed.layers.length !== drawn.length) {
      wrong.push(`engine: ${parsed.layers.length} of ${drawn.length} tile layers were read`);
    }
  } catch (error) {
    wrong.push(`engine: ${error.message}`);
  }
  const names = new Set();
  for (const tileset of map.tilesets) {
    // The engine joins texts, it resolves no URL.
    const image = path.join(path.dirname(file), tileset.image ?? "");
    if (!tileset.image || !fs.existsSync(image)) wrong.push(`picture: ${tileset.image} is missing`);
    if (/[#?%\\]/.test(tileset.image ?? "")) wrong.push(`picture: ${tileset.image} breaks as a URL`);
    if (names.has(tileset.name)) wrong.push(`tilesets: two are called ${tileset.name}`);
    names.add(tileset.name);
  }
  return wrong;
}

let failed = false;
let count = 0;
for (const folder of process.argv.slice(2)) {
  for (const file of maps(folder)) {
    count += 1;
    for (const message of judge(file)) {
      failed = true;
      console.log(`${file}: ${message}`);
    }
  }
}
console.log(`${count} maps judged`);
process.exitCode = failed || count === 0 ? 1 : 0;
