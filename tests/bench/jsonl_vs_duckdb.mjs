// DuckDB's NDJSON reader on the file that jsonl_bench wrote: all cells read and summed, one thread.
// usage: node tests/bench/jsonl_vs_duckdb.mjs [FILE [RUNS]]
// Needs @duckdb/node-api where node finds it, or the folder of its node_modules in NODE_MODULES.
// The sum must be the one that jsonl_bench prints, but for the order of its additions.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const from = process.env.NODE_MODULES ? join(process.env.NODE_MODULES, 'x.js') : import.meta.url;
const { DuckDBInstance } = createRequire(from)('@duckdb/node-api');

const file = process.argv[2] ?? 'jsonl_bench.jsonl';
const runs = Number(process.argv[3] ?? 5);
const columns = ['run', 'num_gpu', 'num_ctx', 'temperature', 'ttft_s', 'tokens_s', 'load_s',
  'prompt_eval_s', 'eval_s', 'eval_count', 'response_chars'];
const types = columns.map((name) => `${name}: 'DOUBLE'`).join(', ');
const sums = columns.map((name) => `sum(${name})`).join(' + ');

const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const bytes = statSync(file).size;
const speeds = [];
let sum;
for (let run = 0; run < runs; ++run) {
  const start = process.hrtime.bigint();
  await connection.run(`CREATE OR REPLACE TABLE t AS SELECT * FROM
    read_json('${file.replaceAll("'", "''")}', format='newline_delimited', columns={${types}})`);
  const rows = (await connection.runAndReadAll(`SELECT ${sums} FROM t`)).getRows();
  sum = rows[0][0];
  speeds.push(bytes / 1e6 / (Number(process.hrtime.bigint() - start) / 1e9));
}
speeds.sort((a, b) => a - b);
console.log(`duckdb: median ${speeds[Math.floor(runs / 2)].toFixed(0)} MB/s, ` +
  `${speeds[0].toFixed(0)} to ${speeds.at(-1).toFixed(0)}, n = ${runs}, sum ${sum}`);
