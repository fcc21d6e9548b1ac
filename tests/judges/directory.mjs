// Reads the page of the stands' directory in a real browser and prints what a reader would notice, as JSON.
// Usage: node directory.mjs FILE
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const address = pathToFileURL(process.argv[2]).href;
const executablePath = process.env.VENUE_CHROMIUM || '/usr/bin/chromium';
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run', '--disable-quic'];
const browser = await chromium.launch({ executablePath, args: quiet });
const complaints = [];
const asked = [];

async function open(options) {
  const page = await (await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })).newPage();
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => { if (!request.url().startsWith('data:')) asked.push(request.url()); });
  await page.goto(address);
  return page;
}

const look = (page) => page.evaluate(() => ({
  cards: Array.from(document.querySelectorAll('.stand')).filter((card) => card.offsetParent !== null).map((card) => card.querySelector('h2').textContent),
  faint: document.querySelectorAll('.spot.out').length,
  found: document.getElementById('-found').value,
  lit: Array.from(document.querySelectorAll('.stand.lit, .stand:target'), (card) => card.id),
  pictures: Array.from(document.querySelectorAll('.logo img')).every((image) => image.complete && image.naturalWidth > 0),
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
}));

const seen = {};
try {
  const page = await open({});
  seen.all = await look(page);
  await page.keyboard.press('Tab');
  await page.keyboard.type('QUELL  silver');
  seen.search = await look(page);
  await page.fill('#-search', 'no such sponsor');
  seen.none = await look(page);
  // A stand that was left out comes back when somebody asks for it on the plan.
  await page.locator('.spot').nth(2).click({ force: true });
  seen.plan = await look(page);
  if (process.argv[3]) await page.screenshot({ path: process.argv[3], fullPage: true });
  seen.phone = await look(await open({ viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true }));
  seen.plain = await look(await open({ javaScriptEnabled: false })).catch(() => null);
} finally {
  await browser.close();
}
console.log(JSON.stringify({ ...seen, complaints, asked: asked.filter((url) => !url.startsWith(address)) }));
