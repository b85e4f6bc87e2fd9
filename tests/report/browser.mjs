// What a reader does with a report, done by a browser: TAP. browser.mjs CHROMIUM PLAYWRIGHT FOLDER
import {pathToFileURL} from "node:url";

const [browserPath, playwright, folder] = process.argv.slice(2);
const {chromium} = await import(pathToFileURL(playwright));
const browser = await chromium.launch({executablePath: browserPath, args: ["--no-sandbox"]});
let count = 0, failed = 0;

function report(name, good, more = "") {
  count++;
  failed += !good;
  console.log(`${good ? "ok" : "not ok"} ${count} - ${name}${good || !more ? "" : `\n  ${more}`}`);
}

const sizes = {desktop: {width: 1400, height: 900}, telephone: {width: 375, height: 700}};

async function open(name, size, scheme, scripts = true) {
  const context = await browser.newContext({viewport: sizes[size], colorScheme: scheme, javaScriptEnabled: scripts, deviceScaleFactor: 1});
  const page = await context.newPage(), troubles = [], asked = [];
  page.on("console", message => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", error => troubles.push(String(error)));
  page.on("request", request => !/^(file|data|blob):/.test(request.url()) && asked.push(request.url()));
  await page.goto(pathToFileURL(`${folder}/${name}.html`).href);
  return {page, troubles, asked, close: () => context.close()};
}

// Every plot once on the screen, so that it is drawn.
async function scrollThrough(page, vega) {
  for (const figure of await page.locator("figure").all()) {
    await figure.scrollIntoViewIfNeeded();
    if (vega)
      await figure.and(page.locator("[data-drawn]")).waitFor({timeout: 20000});
  }
  await page.evaluate(() => scrollTo(0, 0));
}

// How far what is seen goes beyond the window's right side.
const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const figure = (page, id) => page.locator(`figure[id="${id}"]`);

// Lines that are seen, and of what colour: of Vega's, or of the picture.
const lines = (page, id) => figure(page, id).evaluate(f => [...f.querySelectorAll(".mark-line path, .line")]
  .filter(p => p.checkVisibility() && p.getBoundingClientRect().width > 20).map(p => getComputedStyle(p).stroke));

async function settled(read, wanted) {
  let found;
  for (let i = 0; i < 100; i++) {
    found = await read();
    if (wanted(found))
      return [true, JSON.stringify(found)];
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return [false, JSON.stringify(found)];
}

async function readPlots(page, name) {
  const ids = await page.locator("figure").evaluateAll(all => all.map(f => f.id));
  report(`${name}: all plots`, ["lookups-depth", "misses-depth", "cycles-depth", "walk-depth", "curve", "entries", "grid-1", "misses-time", "cycles-time",
    "temporal", "spatial", "process", "vm"].every(id => ids.some(found => found.startsWith(id))), ids.join(" "));
  const empty = [];
  for (const id of ids)
    if (await figure(page, id).evaluate(f => ![...f.querySelectorAll(".plot path, .plot rect")].some(p => p.getBoundingClientRect().width > 20)))
      empty.push(id);
  report(`${name}: none is empty`, empty.length === 0, empty.join(" "));
  const overlapping = await page.locator("figure").evaluateAll(all => all.filter(f => {
    const frame = f.getBoundingClientRect();
    return [...f.querySelectorAll(".plot svg")].some(svg => svg.getBoundingClientRect().right > frame.right + 1);
  }).map(f => f.id));
  report(`${name}: each is within its frame`, overlapping.length === 0, overlapping.join(" "));
}

async function useLegend(page, name) {
  const id = "misses-depth", before = await lines(page, id);
  const box = figure(page, id).locator("[data-series='1']");
  await box.uncheck();
  report(`${name}: the legend hides a line`, ...await settled(() => lines(page, id), now => now.length === before.length - 1 && !now.includes(before[1])));
  await box.focus();
  await page.keyboard.press("Space");
  report(`${name}: the space bar shows it again`, ...await settled(() => lines(page, id), now => now.length === before.length));
  await figure(page, id).locator("[data-series='0']").uncheck();
  report(`${name}: the others keep their colours`, ...await settled(() => lines(page, id), now => now.length === before.length - 1 &&
    [...now].sort().join() === before.slice(1).sort().join()));
  await figure(page, id).locator("[data-series='0']").check();
}

async function useKeys(page, name) {
  const plot = figure(page, "misses-depth").locator(".plot"), readout = figure(page, "misses-depth").locator(".readout");
  await plot.focus();
  await page.keyboard.press("ArrowRight");
  const first = await readout.textContent();
  await page.keyboard.press("ArrowRight");
  const second = await readout.textContent();
  await page.keyboard.press("ArrowDown");
  const below = await readout.textContent();
  report(`${name}: the arrow keys read points`, /^tree_list.elf, 1 entry: depth 1, misses for 1,000 instructions [0-9.]+$/.test(first)
    && /^tree_list.elf, 1 entry: depth 2, /.test(second) && /^tree_list.elf, 2 entries: depth 2, /.test(below), [first, second, below].join(" | "));
  const cells = figure(page, "grid-1");
  await cells.locator(".plot").focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowUp"])
    await page.keyboard.press(key);
  const cell = await cells.locator(".readout").textContent();
  report(`${name}: and cells`, cell === "2 sets, 2 ways: 2,000 misses for 1,000 instructions", cell);
  await page.keyboard.press("Tab");
  report(`${name}: the tab key leaves a plot`, await page.evaluate(() => !document.activeElement.matches(".plot")));
}

async function openNumbers(page, name) {
  const numbers = figure(page, "misses-depth").locator("details").last();
  await numbers.locator("summary").focus();
  await page.keyboard.press("Enter");
  report(`${name}: the numbers open by keyboard`, await numbers.locator("table").isVisible());
  await page.keyboard.press("Enter");
}

for (const name of ["vega", "plain"]) {
  const vega = name === "vega";
  const {page, troubles, asked, close} = await open(name, "desktop", "light");
  await scrollThrough(page, vega);
  await readPlots(page, name);
  await useLegend(page, name);
  await useKeys(page, name);
  await openNumbers(page, name);
  report(`${name}: what is hostile is a text`, await page.locator("text=<script>hostile&\"name.elf").count() > 0);
  await page.screenshot({path: `${folder}/${name}-desktop-light.png`, fullPage: true});
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor), strokes = await lines(page, "misses-depth");
  await page.emulateMedia({colorScheme: "dark"});
  report(`${name}: a dark page, and other lines on it`, ...await settled(async () => [await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    ...await lines(page, "misses-depth")], ([ground, stroke]) => ground !== light && stroke && stroke !== strokes[0]));
  await scrollThrough(page, vega);
  await page.waitForTimeout(500);
  await page.screenshot({path: `${folder}/${name}-desktop-dark.png`, fullPage: true});
  report(`${name}: no error, no warning`, troubles.length === 0, troubles.join("\n  "));
  report(`${name}: nothing is asked of a network`, asked.length === 0, asked.join(" "));
  await close();

  const small = await open(name, "telephone", "dark");
  await scrollThrough(small.page, vega);
  report(`${name}: a telephone need not scroll sideways`, await overflow(small.page) <= 0, String(await overflow(small.page)));
  await readPlots(small.page, `${name} on a telephone`);
  const text = await small.page.locator(".plot text").evaluateAll(all => Math.min(...all.filter(t => t.textContent && !t.closest(".mark-text.role-mark")).map(t =>
    parseFloat(getComputedStyle(t).fontSize) * (t.ownerSVGElement.getScreenCTM()?.a ?? 1))));
  report(`${name}: its text is not too small`, text >= 8, `${text} px`);
  report(`${name}: no trouble there`, small.troubles.length === 0, small.troubles.join("\n  "));
  await small.page.screenshot({path: `${folder}/${name}-telephone-dark.png`, fullPage: true});
  await small.close();
}

// The picture of docs/.
const shown = await open("shown", "desktop", "light");
await scrollThrough(shown.page, true);
await shown.page.setViewportSize({width: 1940, height: 1430});
await scrollThrough(shown.page, true);
await shown.page.waitForTimeout(500);
await shown.page.screenshot({path: `${folder}/report.png`});
await shown.close();

const still = await open("vega", "desktop", "light", false);
report("without scripts the pictures are there", await still.page.locator("figure .plot svg .line").count() > 10);
await still.page.locator("figure[id='misses-depth'] [data-series='1']").uncheck();
report("and the legend filters", await still.page.locator("figure[id='misses-depth'] .s1").isHidden());
await still.close();

await browser.close();
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
