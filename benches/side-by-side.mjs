// Measures `venue` beside what people use today, on the same maps, as whole processes:
//
//   venue bundle   and wa-map-optimizer             time, memory, bytes of the map and its pictures
//   venue check    and tiled-map-type-guard on node  time, memory
//   venue render   and tmxrasterizer of Tiled        time, memory
//
// The two take turns, so that a machine that is busy now and then is so for both. Medians are shown, and the
// ratio of the medians: how much of the other's time, memory and bytes `venue` takes.
//
// Usage: node benches/side-by-side.mjs [--runs N] [--together] MAP...
//   --together         only `venue check` and the guard, each in one process over all the maps
//   VENUE              the program; default target/release/venue
//   WA_MAP_OPTIMIZER   a folder in which `npm install wa-map-optimizer` was done; without it that part is left out
// The guard is in tests/judges (`npm ci --prefix tests/judges`). GNU time must be at /usr/bin/time, and bash at hand.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const runs = args[0] === '--runs' ? Number(args.splice(0, 2)[1]) : 5;
const together = args[0] === '--together' && args.shift();
const venue = path.resolve(process.env.VENUE ?? path.join(root, 'target/release/venue'));
const optimizer = process.env.WA_MAP_OPTIMIZER;
const judges = path.join(root, 'tests/judges');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'side-by-side-'));

// One run of a command by way of bash; null where it fails.
function runBy(script, [command, ...rest], cwd) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', QT_QPA_PLATFORM: 'offscreen' };
  const done = spawnSync('bash', ['-c', script, scratch, command, ...rest], { cwd, env, maxBuffer: 1 << 30 });
  // `check` ends with 1 where it finds something.
  return done.status === null || done.status > (rest[0] === 'check' ? 1 : 0) ? null : done;
}

// Seconds, seconds of processors, output.
function run(command, cwd) {
  const done = runBy('TIMEFORMAT="%3R %3U %3S"; time "$@" 2>/dev/null', command, cwd);
  if (!done) return null;
  const [wall, user, system] = done.stderr.toString().trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system, output: done.stdout.toString() };
}

// Megabytes, by a run of its own: GNU time knows them, but takes milliseconds itself.
function memory(command, cwd) {
  const done = runBy('/usr/bin/time -f %M -o "$0/time" "$@" 2>/dev/null', command, cwd);
  return done && Number(fs.readFileSync(path.join(scratch, 'time'), 'utf8').trim().split('\n').at(-1)) / 1024;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

// Both in turn, after one run of each whose time does not count.
function pair(ours, theirs) {
  const memories = [memory(...ours), memory(...theirs)];
  if (memories.includes(null)) return null;
  const all = [[], []];
  for (let turn = 0; turn < runs; turn += 1) {
    for (const [index, [command, cwd]] of [ours, theirs].entries()) {
      const done = run(command, cwd);
      if (!done) return null;
      all[index].push(done);
    }
  }
  return all.map((list, index) => ({
    wall: median(list.map((done) => done.wall)),
    cpu: median(list.map((done) => done.cpu)),
    memory: memories[index],
    output: list.at(-1).output,
  }));
}

const shown = (number, unit) => `${number >= 100 ? Math.round(number) : number.toPrecision(2)} ${unit}`;
const ratio = (a, b) => (a / Math.max(b, 0.001)).toFixed(2);
function row(what, map, measured, bytes) {
  if (!measured) return console.log(`| ${what} | ${map} | one of the two fails | | | |`);
  const [a, b] = measured;
  const cells = [
    `${shown(a.wall, 's')} / ${shown(b.wall, 's')} = ${ratio(a.wall, b.wall)}`,
    `${shown(a.cpu, 's')} / ${shown(b.cpu, 's')} = ${ratio(a.cpu, b.cpu)}`,
    `${shown(a.memory, 'MB')} / ${shown(b.memory, 'MB')} = ${ratio(a.memory, b.memory)}`,
    bytes ? `${shown(bytes[0] / 1000, 'kB')} / ${shown(bytes[1] / 1000, 'kB')} = ${ratio(bytes[0], bytes[1])}` : '',
  ];
  console.log(`| ${what} | ${map} | ${cells.join(' | ')} |`);
}

function folderBytes(folder) {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + fs.statSync(path.join(file.parentPath ?? file.path, file.name)).size, 0);
}

// The folder that the sources of a bundle's maps are named from.
function closureRoot(map, maps) {
  for (let folder = path.dirname(map); ; folder = path.dirname(folder)) {
    if (maps.every((made) => fs.existsSync(path.join(folder, made.source)))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`${map}: where are ${maps.map((made) => made.source)}?`);
  }
}

console.log('| | map | time | processors | memory | bytes |\n|---|---|---|---|---|---|');
// Checks all the maps that it is given, and says how many are right.
const guard = `import { ITiledMap } from '@workadventure/tiled-map-type-guard'; import fs from 'node:fs';
  const isRight = (map) => ITiledMap.safeParse(JSON.parse(fs.readFileSync(map, 'utf8'))).success;
  console.log(process.argv.slice(1).filter(isRight).length);`;
const guarding = (maps) => [['node', '--input-type=module', '-e', guard, ...maps], judges];
const checking = (maps) => [[venue, 'check', ...maps, '--format', 'json'], root];
if (together) {
  const maps = args.map((given) => path.resolve(given));
  row('check / guard', `${maps.length} maps in one process`, pair(checking(maps), guarding(maps)));
}
for (const given of together ? [] : args) {
  const map = path.resolve(given);
  const name = path.join(path.basename(path.dirname(map)), path.basename(map));
  if (optimizer) {
    // What exits lead to is bundled too, so the other has to do with the same maps, in a single process.
    const out = path.join(scratch, 'dist');
    const ours = [venue, 'bundle', map, '--no-check', '--quiet', '--format', 'json', '--out', out];
    const maps = JSON.parse(run(ours, path.dirname(map))?.output ?? '{"maps":[]}').maps;
    const folder = closureRoot(map, maps);
    const script = path.join(path.resolve(optimizer), 'side-by-side-run.mjs');
    fs.writeFileSync(script, `import { optimize } from "wa-map-optimizer";
      for (const [number, map] of process.argv.slice(3).entries()) {
        await optimize(map, { logs: 0, output: { path: process.argv[2] + "/" + number } });
      }`);
    const other = path.join(scratch, 'other');
    fs.rmSync(other, { recursive: true, force: true });
    fs.mkdirSync(other);
    const measured = pair(
      [ours, path.dirname(map)],
      [['node', script, other, ...maps.map((made) => path.join(folder, made.source))], optimizer],
    );
    const bytes = measured && [maps.reduce((sum, made) => sum + made.bytes_after, 0), folderBytes(other)];
    row('bundle / wa-map-optimizer', maps.length > 1 ? `${name} and ${maps.length - 1} more` : name, measured, bytes);
  }
  row('check / guard', name, pair(checking([map]), guarding([map])));
  row('render / tmxrasterizer', name, pair(
    [[venue, 'render', map, '--quiet', '--out', path.join(scratch, 'ours.png')], root],
    [['tmxrasterizer', map, path.join(scratch, 'theirs.png')], root],
  ));
}
fs.rmSync(scratch, { recursive: true, force: true });
