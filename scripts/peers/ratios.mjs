// Compares what `stepweir bench --json` printed with what a peer printed:
//
//   node ratios.mjs DIRECTORY
//
// The directory has stepweir-<shapes>.json, and per shapes bullmq-<shapes>-<when>.json for each time
// that the peer ran. The peer's figure is the mean of its runs. Exit code 0 if every bar is met, 1 if
// one is missed, 3 if there are no product figures to compare.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2];
const read = (who) =>
  readdirSync(directory)
    .filter((file) => file.startsWith(who + '-') && file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(directory, file))));
const products = read('stepweir');
const peers = read('bullmq');
const bars = { plain: 3, fan: 4, chain: 4 };
const latencyBar = 0.5;
const runsOf = (all, shape) => all.filter((run) => run.shapes[shape]);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const figure = (value, digits) =>
  value == null
    ? '-'
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const row = (...cells) =>
  console.log(cells.map((cell, i) => (i ? cell.padStart(14) : cell.padEnd(16))).join(''));

let missed = 0;
let missing = 0;
function compare(shape, label, ofOurs, ofTheirs, met, bar, digits) {
  const ours = ofOurs(runsOf(products, shape)[0].shapes[shape]);
  const theirs = mean(runsOf(peers, shape).map((run) => ofTheirs(run.shapes[shape])));
  const ratio = ours == null ? null : ours / theirs;
  const verdict = ratio == null ? 'no figure' : met(ratio) ? 'met' : 'MISSED';
  if (ratio == null) missing++;
  else if (!met(ratio)) missed++;
  row(label, figure(ours, digits), figure(theirs, digits), figure(ratio, 2), bar, verdict);
}

const { redis, aof } = products[0];
const pings = products.map((run) => [Object.keys(run.shapes).join(' and '), run.ping_per_s]);
console.log(`${redis}, AOF ${aof}`);
console.log('PING/s: ' + pings.map(([of, rate]) => `${figure(rate, 0)} (${of})`).join(', '));
row('', 'Stepweir', peers[0].peer, 'ratio', 'bar', '');
for (const [shape, bar] of Object.entries(bars)) {
  compare(
    shape,
    shape + ' steps/s',
    (ours) => ours.product_steps_per_s,
    (theirs) => theirs.steps_per_s,
    (ratio) => ratio >= bar,
    '>= ' + bar,
    0,
  );
}
compare(
  'latency',
  'step p50 ms',
  (ours) => ours.p50_ms,
  (theirs) => theirs.p50_ms,
  (ratio) => ratio <= latencyBar,
  '<= ' + latencyBar,
  3,
);
if (missing) console.log('Stepweir has no figure for some shapes: nothing to compare there.');
process.exit(missed ? 1 : missing ? 3 : 0);
