// Makes seeds for the fuzz targets of maps, tilesets, specs and pictures that you have:
//
//   node tests/fuzz/seeds.mjs FOLDER...
//
// They go into tests/fuzz/corpus, which git does not see. Small files only: what is large is slow, and says
// nothing that small ones do not.
import fs from 'node:fs';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const corpus = path.join(path.dirname(fileURLToPath(import.meta.url)), 'corpus');
const LARGEST = 48 * 1024;

// By extension: the targets that take such a file, with the sign before it that says what it is.
const targets = {
  '.tmj': [['map', ''], ['bundle', '']],
  '.json': [['map', ''], ['bundle', '']],
  '.tmx': [['map', ''], ['bundle', '']],
  '.tsx': [['beside', 't']],
  '.tsj': [['beside', 'j']],
  '.tx': [['beside', 'x']],
  '.wam': [['beside', 'w']],
  '.world': [['beside', 'W']],
  '.tiled-project': [['beside', 'p']],
  '.svg': [['logo', '']],
  '.png': [['logo', '']],
  '.jpg': [['logo', '']],
  '.webp': [['logo', '']],
  '.gif': [['logo', '']],
  '.csv': [['spec', 'c']],
};

function seed(target, bytes) {
  const folder = path.join(corpus, target);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, createHash('sha1').update(bytes).digest('hex')), bytes);
}

let count = 0;
for (const given of process.argv.slice(2)) {
  for (const name of fs.readdirSync(given, { recursive: true })) {
    const file = path.join(given, name);
    if (name.includes('node_modules') || name.includes('target') || !fs.statSync(file).isFile()) continue;
    const bytes = fs.readFileSync(file);
    if (bytes.length > LARGEST) continue;
    const wanted = [...(targets[path.extname(name).toLowerCase()] ?? [])];
    if (path.basename(name) === 'venue.toml') wanted.push(['config', '']);
    else if (name.endsWith('.lock.toml')) wanted.push(['spec', 'l']);
    else if (name.endsWith('.toml')) wanted.push(['spec', 't']);
    for (const [target, sign] of wanted) {
      seed(target, Buffer.concat([Buffer.from(sign), bytes]));
      count += 1;
    }
  }
}
console.log(`${count} seeds`);
