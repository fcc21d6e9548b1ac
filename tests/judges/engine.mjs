// Shows bundled maps in WorkAdventure's engine, Phaser, in a real browser, and takes a picture of each. The page is of
// one origin, the bundle of another: what the bundle's own _headers do not allow, the engine does not get.
// Usage: node engine.mjs BUNDLE OUT MAP..., where MAP is a path in the bundle. Prints what happened, as JSON.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [bundle, out, ...maps] = process.argv.slice(2);
const engine = fs.readFileSync(new URL('./node_modules/phaser/dist/phaser.min.js', import.meta.url));

// The rules of `_headers`, as hosts read them that know the file.
function rules(text) {
  const rules = [];
  for (const line of text.split('\n').filter((line) => line.trim())) {
    if (!line.startsWith(' ')) rules.push({ pattern: line, lines: [] });
    else rules.at(-1).lines.push(line.trim());
  }
  return (url) => {
    const headers = {};
    for (const { pattern, lines } of rules) {
      if (!(pattern.endsWith('*') ? url.startsWith(pattern.slice(0, -1)) : url === pattern)) continue;
      for (const line of lines) {
        if (line.startsWith('! ')) delete headers[line.slice(2)];
        else headers[line.slice(0, line.indexOf(':'))] = line.slice(line.indexOf(':') + 1).trim();
      }
    }
    return headers;
  };
}

const listen = (answer) => new Promise((resolve) => {
  const server = http.createServer(answer).listen(0, '127.0.0.1', () => resolve([server, server.address().port]));
});
const headersPath = path.join(bundle, '_headers');
const headersOf = fs.existsSync(headersPath) ? rules(fs.readFileSync(headersPath, 'utf8')) : () => ({});
const types = { '.png': 'image/png', '.svg': 'image/svg+xml', '.tmj': 'application/json' };
const [maker, makerPort] = await listen((request, response) => {
  const url = decodeURIComponent(new URL(request.url, 'http://x').pathname);
  const file = path.join(bundle, path.normalize(url));
  if (!fs.existsSync(file) || !fs.statSync(file).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': types[path.extname(file)] ?? 'text/plain', ...headersOf(url) });
  response.end(fs.readFileSync(file));
});
const [player, playerPort] = await listen((request, response) => {
  if (request.url === '/phaser.js') return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(engine);
  response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><body style="margin:0"><script src="/phaser.js"></script>');
});

const executablePath = process.env.VENUE_CHROMIUM || '/usr/bin/chromium';
const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const browser = await chromium.launch({ executablePath, args });
const told = {};

// Runs in the page: loads a map as WorkAdventure does and returns its picture.
const show = (address) => new Promise((resolve, reject) => {
  const complaints = [];
  const failed = (what) => resolve({ complaints: [...complaints, what] });
  fetch(address).then((response) => response.json()).then((json) => {
    const width = json.width * json.tilewidth;
    const height = json.height * json.tileheight;
    const folder = address.slice(0, address.lastIndexOf('/'));
    class Room extends Phaser.Scene {
      preload() {
        this.load.on('loaderror', (file) => complaints.push(`${file.src} is not loaded`));
        this.load.tilemapTiledJSON('map', address);
        // Texts are joined, no URL is resolved (workadventure-maps, section 2.3).
        for (const tileset of json.tilesets) this.load.image(`${folder}/${tileset.image}`, `${folder}/${tileset.image}`);
      }
      create() {
        try {
          // What moves shows its first frame.
          for (const tileset of this.cache.tilemap.get('map').data.tilesets) for (const tile of tileset.tiles ?? []) delete tile.animation;
          const map = this.add.tilemap('map');
          const tilesets = json.tilesets.map((set) => map.addTilesetImage(set.name, `${folder}/${set.image}`, set.tilewidth, set.tileheight, set.margin, set.spacing));
          let onCard = 0;
          map.layers.forEach((layer, depth) => {
            const used = tilesets.filter((set) => layer.data.flat().some((tile) => tile.index >= set.firstgid && tile.index < set.firstgid + set.total));
            const single = used.length === 1 && used[0].tileWidth === json.tilewidth && used[0].tileHeight === json.tileheight;
            // The second of two layers of one name is none.
            const made = map.createLayer(layer.name, single ? used[0] : used.length ? used : tilesets, 0, 0, single);
            if (!made) return complaints.push(`layer ${layer.name} is not drawn`);
            onCard += single ? 1 : 0;
            made.setDepth(depth).setVisible(layer.visible).setAlpha(layer.alpha).setScrollFactor(1);
          });
          this.game.renderer.snapshot((image) => {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [width, height];
            canvas.getContext('2d').drawImage(image, 0, 0);
            resolve({ complaints, layers: map.layers.length, onCard, picture: canvas.toDataURL() });
          });
        } catch (error) { failed(String(error?.stack ?? error)); }
      }
    }
    new Phaser.Game({ type: Phaser.WEBGL, width, height, backgroundColor: '#406080', pixelArt: true, antialias: false, banner: false, audio: { noAudio: true }, scene: Room });
  }).catch((error) => failed(String(error)));
});

try {
  for (const map of maps) {
    const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://127.0.0.1:${playerPort}/`);
    const done = await page.evaluate(show, `http://localhost:${makerPort}/${map}`);
    if (done.picture) fs.writeFileSync(path.join(out, map.replaceAll('/', '-').replace(/\.tmj$/, '.png')), Buffer.from(done.picture.split(',')[1], 'base64'));
    delete done.picture;
    told[map] = { ...done, complaints: [...done.complaints, ...errors] };
    await page.close();
  }
} finally {
  await browser.close();
  maker.close();
  player.close();
}
console.log(JSON.stringify(told));
