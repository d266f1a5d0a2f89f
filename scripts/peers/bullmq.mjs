// BullMQ at shapes of `stepweir bench`, on a server:
//
//   node bullmq.mjs URL [--quick] SHAPE...
//
// Prints one JSON object. BullMQ's flows run children first, so the chain is a flow ten deep, and the fan is
// eight leaves, the job that waits for them, and one more job after it: as many jobs and one join of
// eight, with fewer dependencies than 1 -> 8 -> 1.
import { createRequire } from 'node:module';
import { FlowProducer, Queue, Worker } from 'bullmq';

const url = new URL(process.argv[2]);
const options = process.argv.slice(3);
const quick = options.includes('--quick');
const asked = options.filter((option) => !option.startsWith('--'));
const connection = {
  host: url.hostname,
  port: Number(url.port || 6379),
  username: url.username || undefined,
  password: decodeURIComponent(url.password) || undefined,
  maxRetriesPerRequest: null,
};
const steps = quick ? 2_000 : 20_000;
const chainRuns = quick ? 20 : 1_000;
const rounds = quick ? 1 : 3;
const name = 'stepweir-peer-' + process.pid;
const opts = { removeOnComplete: true };

const queue = new Queue(name, { connection });
const flows = new FlowProducer({ connection });

const job = (children) => ({ name: 'noop', queueName: name, data: {}, opts, children });
const chain = (length) => (length === 1 ? job() : job([chain(length - 1)]));
const fan = () => job([job(Array.from({ length: 8 }, () => job()))]);

const seeds = {
  plain: async () => {
    const jobs = Array.from({ length: 1_000 }, () => ({ name: 'noop', data: {}, opts }));
    for (let i = 0; i < steps; i += jobs.length) await queue.addBulk(jobs);
  },
  fan: () => seedFlows(fan),
  chain: () => seedFlows(() => chain(10)),
};

async function seedFlows(flow) {
  for (let i = 0; i < steps / 10; i += 100) {
    await flows.addBulk(Array.from({ length: 100 }, flow));
  }
}

async function drain(seed) {
  await seed();
  let left = steps;
  const worker = new Worker(name, async () => ({ ok: true }), {
    connection,
    concurrency: 200,
    autorun: false,
  });
  worker.on('error', fail);
  await worker.waitUntilReady();
  const begin = process.hrtime.bigint();
  await new Promise((done) => {
    worker.on('completed', () => --left === 0 && done());
    worker.run().catch(fail);
  });
  const nanos = Number(process.hrtime.bigint() - begin);
  await worker.close();
  return (steps * 1e9) / nanos;
}

async function latency() {
  const gaps = [];
  let last = 0n;
  let left = 0;
  let finished = () => {};
  const worker = new Worker(
    name,
    async () => {
      const now = process.hrtime.bigint();
      if (last !== 0n) gaps.push(Number(now - last) / 1e6);
      last = now;
      return { ok: true };
    },
    { connection, concurrency: 200 },
  );
  worker.on('error', fail);
  worker.on('completed', () => --left === 0 && finished());
  await worker.waitUntilReady();
  for (let run = 0; run < chainRuns; run++) {
    last = 0n;
    left = 10;
    const done = new Promise((resolve) => (finished = resolve));
    await flows.add(chain(10));
    await done;
  }
  await worker.close();
  gaps.sort((a, b) => a - b);
  const at = (share) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))];
  return { p50_ms: at(0.5), p99_ms: at(0.99) };
}

function fail(error) {
  console.error('bullmq: ' + error.message);
  process.exit(1);
}

const median = (values, key = (v) => v) =>
  values.sort((a, b) => key(a) - key(b))[Math.floor(values.length / 2)];

async function repeated(measure) {
  await measure(); // warm-up
  const results = [];
  for (let i = 0; i < rounds; i++) results.push(await measure());
  return results;
}

try {
  const version = createRequire(import.meta.url)('bullmq/package.json').version;
  const shapes = {};
  for (const shape of asked) {
    shapes[shape] =
      shape === 'latency'
        ? median(await repeated(latency), (pass) => pass.p50_ms)
        : { steps_per_s: Math.round(median(await repeated(() => drain(seeds[shape])))) };
  }
  await queue.obliterate({ force: true });
  console.log(JSON.stringify({ peer: 'BullMQ ' + version, shapes }));
  process.exit(0);
} catch (error) {
  fail(error);
}
