// Walks through the page of the walk in a real browser and prints what a visitor would notice, as JSON.
// Usage: node walk.mjs ADDRESS STEPS, where STEPS is JSON: a list of [what, ...values].
import { chromium } from 'playwright-core';

const [address, steps] = process.argv.slice(2);
const executablePath = process.env.VENUE_CHROMIUM || '/usr/bin/chromium';
// Nothing but the page is to be asked for anything.
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run', '--disable-quic', '--autoplay-policy=no-user-gesture-required'];
const browser = await chromium.launch({ executablePath, args: quiet });
const seen = [];
const complaints = [];
let context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
let page;

async function open(path) {
  page = await context.newPage();
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`); });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address + path);
  await page.waitForFunction(() => document.getElementById('position').textContent !== '');
}

const look = () => page.evaluate(() => ({
  position: document.getElementById('position').textContent,
  here: Array.from(document.querySelectorAll('#here .card'), (card) => card.textContent.trim()),
  frames: Array.from(document.querySelectorAll('#here iframe'), (frame) => frame.src),
  said: document.getElementById('said').textContent,
  status: document.getElementById('status').textContent,
  findings: Array.from(document.querySelectorAll('#findings button'), (button) => button.firstChild.textContent),
  focus: document.activeElement.id,
}));

const acts = {
  open,
  async phone(path) {
    context = await browser.newContext({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    await open(path);
  },
  async go(list, name) { await page.click(`#${list} button:text-is("${name}"), #${list} button:has-text("${name}")`); },
  // Holds a key until the place changes as wanted, at most ten seconds.
  async hold(key, wanted) {
    await page.keyboard.down(key);
    await page.waitForFunction((text) => document.getElementById('position').textContent.includes(text), wanted, { timeout: 10000 }).catch(() => {});
    await page.keyboard.up(key);
  },
  async press(key) { await page.keyboard.press(key); },
  async tap(x, y) { await page.touchscreen.tap(x, y); },
  async click(x, y) { await page.click('#stage', { position: { x, y } }); },
  async wait(milliseconds) { await page.waitForTimeout(milliseconds); },
  async until(id, text) {
    await page.waitForFunction(([id, text]) => document.getElementById(id).textContent.includes(text), [id, text], { timeout: 10000 }).catch(() => {});
  },
  // Sets how large the map's part of the page is, so that all of a map fits in.
  async size(width, height) {
    await page.setViewportSize({ width: width + 800, height: height + 400 });
    // The page's policy takes no style sheets of others.
    await page.evaluate(([width, height]) => {
      for (const hidden of document.querySelectorAll('header, aside, #position')) hidden.style.setProperty('display', 'none', 'important');
      Object.assign(document.getElementById('view').style, { width: `${width}px`, height: `${height}px` });
      document.getElementById('stage').style.outline = 'none';
    }, [width, height]);
    await page.waitForTimeout(500);
  },
  async stage(path) { await page.locator('#view').screenshot({ path }); },
  async picture(path) { await page.screenshot({ path }); },
  async say(word) { console.log(word); },
};

try {
  for (const [what, ...values] of JSON.parse(steps)) {
    if (what === 'look') { seen.push(await look()); } else { await acts[what](...values); }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({ seen, complaints }));
