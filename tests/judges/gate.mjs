// Judges maps as an upload to map-storage does: WorkAdventure's own schema, and what its validator asks for beyond
// (workadventure-maps, section 8). Usage: node gate.mjs LIST, where LIST is a JSON file: [{name, file, entries}],
// with the map's path in the archive, where it lies, and the paths of all that is in the archive.
import fs from "node:fs";
import path from "node:path";
import { ITiledMap } from "@workadventure/tiled-map-type-guard";

function refusals({ name, file, entries }) {
  let map;
  try {
    map = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return ["no JSON"];
  }
  if (map.infinite === true) return ["infinite"];
  const read = ITiledMap.safeParse(map);
  if (!read.success) {
    const [issue] = read.error.issues;
    return [`schema: ${issue.path.join(".")}: ${issue.message}`];
  }
  const wrong = [];
  if (map.orientation !== "orthogonal") wrong.push("orientation");
  if (!map.layers.some((layer) => layer.type === "objectgroup" && layer.name === "floorLayer")) wrong.push("floorLayer");
  const known = new Set(entries);
  for (const tileset of map.tilesets) {
    if (tileset.source !== undefined) wrong.push(`external tileset ${tileset.source}`);
    else if (tileset.image === undefined) wrong.push(`collection ${tileset.name}`);
    else if (!known.has(path.posix.join(path.posix.dirname(name), tileset.image))) wrong.push(`no ${tileset.image}`);
  }
  const entities = (map.properties ?? []).find((property) => property.name === "entities");
  const isEntity = (entity) => typeof entity?.id === "string" && typeof entity.prefabRef === "object" && Array.isArray(entity.properties);
  if (entities && !(Array.isArray(entities.value) && entities.value.every(isEntity))) wrong.push("entities");
  return wrong;
}

const judged = {};
for (const map of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) judged[map.name] = refusals(map);
console.log(JSON.stringify(judged));
