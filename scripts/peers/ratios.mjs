// Compares files: what `stepweir bench --json` printed, and what a peer printed each time that it ran.
// The peer's figure is the mean of its runs. Exit code 0 if every bar is met, 1 if one is missed, 3 if
// there are no product figures to compare.
import { readFileSync } from 'node:fs';

const [product, ...peers] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file)));
const bars = { fan: 4, chain: 4, plain: 3 };
const latencyBar = 0.5;
const ofPeer = (key) => peers.map(key).reduce((sum, value) => sum + value, 0) / peers.length;
const figure = (value, digits) =>
  value == null
    ? '-'
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const row = (...cells) =>
  console.log(cells.map((cell, i) => (i ? cell.padStart(14) : cell.padEnd(16))).join(''));

let missed = 0;
let missing = 0;
function compare(label, ours, theirs, met, bar, digits) {
  const ratio = ours == null ? null : ours / theirs;
  const verdict = ratio == null ? 'no figure' : met(ratio) ? 'met' : 'MISSED';
  if (ratio == null) missing++;
  else if (!met(ratio)) missed++;
  row(label, figure(ours, digits), figure(theirs, digits), figure(ratio, 2), bar, verdict);
}

console.log(`${product.redis}, AOF ${product.aof}, ${figure(product.ping_per_s, 0)} PING/s`);
row('', 'Stepweir', peers[0].peer, 'ratio', 'bar', '');
for (const [shape, bar] of Object.entries(bars)) {
  compare(
    shape + ' steps/s',
    product.shapes[shape].product_steps_per_s,
    ofPeer((peer) => peer.shapes[shape].steps_per_s),
    (ratio) => ratio >= bar,
    '>= ' + bar,
    0,
  );
}
compare(
  'step p50 ms',
  product.shapes.latency.p50_ms,
  ofPeer((peer) => peer.shapes.latency.p50_ms),
  (ratio) => ratio <= latencyBar,
  '<= ' + latencyBar,
  3,
);
if (missing) console.log('Stepweir has no figure for some shapes: nothing to compare there.');
process.exit(missed ? 1 : missing ? 3 : 0);
