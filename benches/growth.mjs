// Measures how time and memory of whole commands grow with the maps: 1x, 4x and 16x of the cells, the zones, the
// ways with their doors, and the maps of a world. What is linear takes four times as long for four times as much, or less.
//
// Usage: node benches/growth.mjs [--largest] [--only PART] [COMMAND]...
//   VENUE      the program; default target/release/venue
//   --largest  also a map of 2000 x 2000 tiles with 30 layers
//   --only     cells, zones, ways or maps
// The maps are made up, in a temporary folder. GNU time must be at /usr/bin/time.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const venue = path.resolve(process.env.VENUE ?? path.join(root, 'target/release/venue'));
const args = process.argv.slice(2);
const take = (flag, length) => {
  const at = args.indexOf(flag);
  return at < 0 ? null : args.splice(at, length);
};
const largest = take('--largest', 1) !== null;
const only = take('--only', 2)?.[1];
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'growth-'));

// A picture of 32 x 32 tiles of 32 pixels, each in a colour of its own with a dot.
function picture() {
  const side = 1024;
  const rows = Buffer.alloc((side * 3 + 1) * side);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const tile = (y >> 5) * 32 + (x >> 5);
      const dot = (x & 31) === 7 && (y & 31) === 9 ? 255 : 0;
      rows.set([(tile * 37) & 255, (tile * 91) & 255 ^ dot, (tile >> 2) & 255], y * (side * 3 + 1) + 1 + x * 3);
    }
  }
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(zlib.crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

const property = (name, value) => ({ name, type: typeof value === 'boolean' ? 'bool' : 'string', value });
const area = (id, name, x, y, width, height, properties, kind = 'area') => ({
  id, name, type: kind, x: x * 32, y: y * 32, width: width * 32, height: height * 32, rotation: 0, visible: true, properties,
});

// Writes a map piece by piece: the largest is longer than a string may be.
function write(file, width, height, layers, objects, properties = []) {
  const out = fs.openSync(file, 'w');
  const put = (text) => fs.writeSync(out, text);
  put(`{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal","renderorder":"right-down",
"properties":${JSON.stringify(properties)},"infinite":false,"compressionlevel":-1,"width":${width},"height":${height},"tilewidth":32,"tileheight":32,
"nextlayerid":${layers + 2},"nextobjectid":${objects.length + 1},
"tilesets":[{"firstgid":1,"name":"t","image":"t.png","imagewidth":1024,"imageheight":1024,"tilewidth":32,"tileheight":32,
"columns":32,"tilecount":1024,"margin":0,"spacing":0,"tiles":[{"id":1023,"properties":[{"name":"collides","type":"bool","value":true}]}]}],
"layers":[`);
  for (let layer = 0; layer < layers; layer += 1) {
    put(`{"type":"tilelayer","id":${layer + 1},"name":"layer ${layer}","width":${width},"height":${height},"x":0,"y":0,"opacity":1,"visible":true,"data":[`);
    for (let y = 0; y < height; y += 1) {
      const row = [];
      for (let x = 0; x < width; x += 1) {
        const wall = layer === 1 && x % 40 === 20 && y % 50 > 12;
        const filled = layer === 0 || (x * 7 + y * 13 + layer * 5) % 3 === 0;
        row.push(wall ? 1024 : layer === 1 ? 0 : filled ? 1 + ((x * 31 + y * 17 + layer * 101) % 1023) : 0);
      }
      put(row.join(', ') + (y + 1 < height ? ',\n' : ''));
    }
    put(']},\n');
  }
  put(`{"type":"objectgroup","id":${layers + 1},"name":"floorLayer","x":0,"y":0,"opacity":1,"visible":true,"draworder":"topdown","objects":${JSON.stringify(objects)}}]}\n`);
  fs.closeSync(out);
}

// Zones over a map, in rows, each as large as the room for it.
function zones(count, width, height) {
  const columns = Math.ceil(Math.sqrt(count));
  const [w, h] = [width / columns, (height - 2) / columns];
  return Array.from({ length: count }, (_, at) => area(
    at + 2, `zone ${at}`, (at % columns) * w + 0.2, Math.floor(at / columns) * h + 0.2, w * 0.6, h * 0.6,
    [property('openWebsite', `https://example.org/${at}`)],
  ));
}
const start = (width, height) => area(1, 'start', Math.floor(width / 2), height - 1, 1, 1, [property('start', true)]);

function project(name, maps) {
  const folder = path.join(scratch, name);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 't.png'), picture());
  for (const map of maps) map(folder);
  return folder;
}

function large(side, layers, count) {
  return (folder) => {
    const objects = [start(side, side), ...zones(count, side, side)];
    objects.push(area(objects.length + 1, 'expo', 22, 2, 17, Math.min(side - 6, 120), [], 'stand-area'));
    write(path.join(folder, 'map.tmj'), side, side, layers, objects);
    const sponsors = Array.from({ length: 12 }, (_, at) => `[[sponsors]]\nname = "S ${at}"\ntier = "a"\n`);
    fs.writeFileSync(path.join(folder, 's.toml'), `venue = "map.tmj"\n[event]\nname = "E"\nslug = "e"\n[tiers.a]\nrank = 1\n${sponsors.join('')}`);
    // The same with one object moved, for `diff`.
    const other = path.join(folder, 'other');
    fs.mkdirSync(other);
    objects[1] = { ...objects[1], x: objects[1].x + 3 };
    write(path.join(other, 'map.tmj'), side, side, layers, objects);
  };
}

function world(count) {
  return Array.from({ length: count }, (_, at) => (folder) => {
    const exits = [at + 1, at * 2 + 1, at * 2 + 2].map((to) => to % count).filter((to) => to !== at);
    const objects = [start(30, 20), ...zones(6, 30, 12)];
    for (const [index, to] of exits.entries()) objects.push(area(10 + index, `to ${to}`, 2 + index * 4, 17, 1, 1, [property('exitUrl', `m${to}.tmj`)]));
    write(path.join(folder, `m${at}.tmj`), 30, 20, 4, objects);
    const meeting = { id: 'p', type: 'jitsiRoomProperty', roomName: `room ${at}`, jitsiRoomConfig: {} };
    const drawn = { id: 'a', name: 'table', x: 64, y: 64, width: 64, height: 64, visible: true, properties: [meeting] };
    const editor = { version: '2.0.0', mapUrl: `m${at}.tmj`, areas: [drawn], entities: {}, entityCollections: [] };
    fs.writeFileSync(path.join(folder, `m${at}.wam`), JSON.stringify(editor));
  });
}

// Exits in rows, each to an entry of its own in the other map, and doors, each with a layer of its own.
function ways(count) {
  return (folder) => {
    const columns = Math.ceil(Math.sqrt(count));
    const rows = (name, key, value) => Array.from({ length: count }, (_, at) => area(
      at + 2, `${name}-${at}`, at % columns * 3, Math.floor(at / columns) * 3 + 2, 1, 1, [property(key, value(at))],
    ));
    const side = columns * 3 + 3;
    const exits = rows('exit', 'exitUrl', (at) => `there.tmj#entry-${at}`);
    const layers = Math.ceil(count / 16);
    const door = (at) => [
      property('door', true), property('openLayer', `layer ${at}`), property('closeLayer', `layer ${(at + 1) % layers}`),
    ];
    const doors = Array.from({ length: layers }, (_, at) => area(count + at + 2, `door ${at}`, 0, 0, 1, 1, door(at), 'variable'));
    write(path.join(folder, 'map.tmj'), side, side, 1, [start(side, side), ...exits]);
    write(path.join(folder, 'there.tmj'), side, side, 1, [start(side, side), ...rows('entry', 'start', () => true)]);
    write(path.join(folder, 'doors.tmj'), 20, 20, layers, [start(20, 20), ...doors], [property('script', 'https://example.org/script.js')]);
  };
}

const single = {
  check: ['check', 'map.tmj', '--format', 'json'],
  render: ['render', 'map.tmj', '--size', '1000', '--out', 'out.png'],
  bundle: ['bundle', 'map.tmj', '--no-check', '--out', 'out'],
  walk: ['bundle', 'map.tmj', '--no-check', '--no-optimize', '--walk', '--out', 'walk'],
  stands: ['stands', 's.toml', '--dry-run'],
  graph: ['graph', 'map.tmj'],
  diff: ['diff', 'map.tmj', 'other/map.tmj'],
};
const whole = {
  check: ['check', '--format', 'json'],
  bundle: ['bundle', '--no-check', '--out', 'out'],
  walk: ['bundle', '--no-check', '--no-optimize', '--walk', '--out', 'walk'],
  graph: ['graph'],
};

function measure(folder, command) {
  const told = path.join(scratch, 'time');
  const full = ['-f', '%e %U %S %M', '-o', told, venue, ...command, '--quiet'];
  const done = spawnSync('/usr/bin/time', full, { cwd: folder, maxBuffer: 1 << 30 });
  for (const made of ['out', 'walk']) fs.rmSync(path.join(folder, made), { recursive: true, force: true });
  const failed = done.status === null || done.status > 1;
  const [wall, user, system, memory] = fs.readFileSync(told, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system, memory: memory / 1024, failed, said: done.stderr.toString() };
}

// Each part: how its three sizes are called, and made.
const parts = {
  cells: [[500, 1000, 2000].map((side) => [`${side} x ${side} tiles, 8 layers`, () => [large(side, 8, 60)]]), single],
  zones: [[1000, 4000, 16000].map((count) => [`${count} zones`, () => [large(400, 4, count)]]), single],
  ways: [[500, 2000, 8000].map((count) => [`${count} exits`, () => [ways(count)]]), whole],
  maps: [[125, 500, 2000].map((count) => [`${count} maps`, () => world(count)]), whole],
};
if (largest) parts.cells[0].push(['2000 x 2000 tiles, 30 layers', () => [large(2000, 30, 60)]]);

const shown = (number) => (number >= 100 ? Math.round(number) : number.toPrecision(2));
for (const [part, [sizes, commands]] of Object.entries(parts)) {
  if (only && only !== part) continue;
  const wanted = Object.entries(commands).filter(([name]) => args.length === 0 || args.includes(name));
  const table = new Map(wanted.map(([name]) => [name, []]));
  const titles = [];
  for (const [index, [title, maps]] of sizes.entries()) {
    const folder = project(`${part}-${index}`, maps());
    const bytes = fs.readdirSync(folder).filter((name) => name.endsWith('.tmj')).map((name) => fs.statSync(path.join(folder, name)).size);
    titles.push(`${title} (${shown(bytes.reduce((sum, size) => sum + size, 0) / 1e6)} MB)`);
    for (const [name, command] of wanted) {
      const run = measure(folder, command);
      table.get(name).push(run);
      console.error(`${title}: ${name}: ${shown(run.wall)} s, of processors ${shown(run.cpu)} s, ${shown(run.memory)} MB${run.failed ? `, failed: ${run.said}` : ''}`);
    }
    fs.rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n| ${part} | ${titles.join(' | ')} | growth of processors' time |\n|---|${'---|'.repeat(titles.length + 1)}`);
  for (const [name, runs] of table) {
    const cells = runs.map((run) => (run.failed ? `failed: ${run.said.split('\n')[0].slice(0, 80)}` : `${shown(run.cpu)} s, ${shown(run.memory)} MB`));
    const growth = runs.slice(1).map((run, at) => (run.cpu / Math.max(runs[at].cpu, 0.01)).toFixed(1));
    console.log(`| ${name} | ${cells.join(' | ')} | ${growth.join(', ')} |`);
  }
}
fs.rmSync(scratch, { recursive: true, force: true });
