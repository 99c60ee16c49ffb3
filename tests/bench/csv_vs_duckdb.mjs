// The CSV reader and DuckDB on the same file in the same run: MB/s of both, their ratio, and
// whether their sums agree. Usage, after `npm install` here and a build with the preset `bench`:
//   node csv_vs_duckdb.mjs path/to/csv_bench [path/to/csv_bench.csv]
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';

const [bench, file = 'csv_bench.csv'] = process.argv.slice(2);
if (!bench || !existsSync(bench)) {
  console.error('csv_vs_duckdb: name the program csv_bench as the first argument');
  process.exit(2);
}
const runs = Number(process.env.CSV_BENCH_RUNS ?? 5);
const columns = ['run', 'num_gpu', 'num_ctx', 'temperature', 'ttft_s', 'tokens_s', 'load_s',
  'prompt_eval_s', 'eval_s', 'eval_count', 'response_chars'];

/** csv_bench, the median of three reads (the first touches fresh memory, as DuckDB's process no
 *  longer does): [MB/s alone, with two threads, sum]. */
function ours() {
  const env = { ...process.env, CSV_BENCH_FILE: file, CSV_BENCH_RUNS: '3' };
  const { stdout, status } = spawnSync(bench, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${bench} ended with ${status}`);
  const lines = [...stdout.matchAll(/median (\d+) MB\/s.* sum ([\d.e+]+)/g)];
  return [Number(lines[0][1]), Number(lines[1][1]), Number(lines[0][2])];
}

async function rival(threads) {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  const wanted = columns.map((c) => `sum(${c}::DOUBLE), min(${c}), max(${c})`).join(', ');
  const start = performance.now();
  const reader = await connection.runAndReadAll(`SELECT ${wanted} FROM read_csv('${file}')`);
  const seconds = (performance.now() - start) / 1000;
  const row = reader.getRows()[0];
  const sum = columns.reduce((total, _, i) => total + Number(row[3 * i]), 0);
  connection.closeSync();
  return [statSync(file).size / 1e6 / seconds, sum];
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => {
  const s = sorted(values);
  const half = s.length >> 1;
  return s.length % 2 ? s[half] : (s[half - 1] + s[half]) / 2;
};
const line = (name, values) => {
  const s = sorted(values);
  console.log(`${name}: median ${median(s).toFixed(0)} MB/s, ${s[0].toFixed(0)} to ` +
    `${s.at(-1).toFixed(0)}, n = ${s.length}`);
};

ours(); // writes the file, warms the cache
const speeds = { chimera1: [], chimera2: [], duckdb1: [], duckdb2: [] };
const ratios = { one: [], two: [] };
for (let run = 0; run < runs; ++run) {
  const [alone, both, sum] = ours();
  const [rivalAlone, rivalSum] = await rival(1);
  const [rivalBoth] = await rival(2);
  if (Math.abs(sum - rivalSum) > 1e-9 * Math.abs(rivalSum)) {
    throw new Error(`the sums differ: ${sum} here, ${rivalSum} in DuckDB`);
  }
  speeds.chimera1.push(alone);
  speeds.chimera2.push(both);
  speeds.duckdb1.push(rivalAlone);
  speeds.duckdb2.push(rivalBoth);
  ratios.one.push(alone / rivalAlone);
  ratios.two.push(both / rivalBoth);
}
line('chimera, 1 thread ', speeds.chimera1);
line('chimera, 2 threads', speeds.chimera2);
line('duckdb,  1 thread ', speeds.duckdb1);
line('duckdb,  2 threads', speeds.duckdb2);
for (const [name, values] of Object.entries(ratios)) {
  const s = sorted(values);
  console.log(`ratio, threads ${name}: median ${median(s).toFixed(2)}, ${s[0].toFixed(2)} to ` +
    `${s.at(-1).toFixed(2)}`);
}
