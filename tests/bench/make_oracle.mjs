// The numbers that the oracle test expects, by DuckDB: writes the tables of tests/data/oracle (seeded,
// the same on every run) and, for each numeric column of them and of tests/data/sample, its statistics to
// tests/data/oracle/duckdb.json. Usage, after `npm install` here:   node make_oracle.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const data = join(dirname(fileURLToPath(import.meta.url)), '../data');
const oracle = join(data, 'oracle');

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function write(name, header, rows, row) {
  const lines = [header];
  for (let i = 0; i < rows; ++i) lines.push(row(i));
  writeFileSync(join(oracle, name), lines.join('\n') + '\n');
}

function grouped(value) {
  const [whole, part] = value.toFixed(2).split('.');
  return `"${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${part}"`;
}

function make_tables() {
  mkdirSync(oracle, { recursive: true });
  let next = seeded(1);
  write('wide_range.csv', 'case,latency_ms,size_bytes,score', 400, (i) =>
    [`c${i}`, String(10 ** (24 * next() - 12)), String(Math.floor(10 ** (15 * next()))),
     String((next() - 0.5) * 10 ** Math.floor(17 * next() - 8))].join(','));
  next = seeded(2);
  // Small differences on a large offset: what a sum of squares would lose. On one of 1e9 DuckDB itself
  // is 1.5e-8 off.
  write('negative.csv', 'case,delta,offset_value,balance', 301, (i) =>
    [`c${i}`, (-50 * next()).toFixed(6), (1e6 + next()).toFixed(7),
     (200 * next() - 100).toFixed(3)].join(','));
  next = seeded(3);
  const forms = [(x) => x.toExponential(6), (x) => x.toExponential(3).toUpperCase(), (x) => x.toFixed(9),
                 (x) => x.toExponential(15), (x) => `+${x.toFixed(2)}`];
  write('exponents.csv', 'case,value,reading', 250, (i) =>
    [`c${i}`, forms[i % 5](1000 * next()), (10 ** (40 * next() - 20)).toExponential(8)].join(','));
  next = seeded(4);
  const blank = (share, cell) => (next() < share ? '' : cell());
  write('blanks.csv', 'case,score,size_mb,reading', 333, (i) =>
    [`c${i}`, blank(0.1, () => (90 * next()).toFixed(4)), blank(0.5, () => String(Math.floor(4096 * next()))),
     blank(0.02, () => (next() - 0.5).toFixed(12))].join(','));
  next = seeded(5);
  write('decimal_comma.csv', 'case;latency_ms;power_w', 120, (i) =>
    [`c${i}`, (50 + 20 * next()).toFixed(5), (100 + 200 * next()).toFixed(2)].join(';').replaceAll('.', ','));
  next = seeded(6);
  write('grouped.csv', 'case,cost,score', 150, (i) =>
    [`c${i}`, grouped(5000 + 5e6 * next()), (next() * 3).toFixed(17)].join(','));
  write('few.csv', 'case,score', 3, (i) => [`c${i}`, ['0.1', '0.2', '0.3'][i]].join(','));
}

// How DuckDB is to read each table, and which rows did not fail.
const tables = [
  { folder: 'sample', file: 'analyze_runs.csv', where: "error IS NULL OR error = ''" },
  { folder: 'oracle', file: 'wide_range.csv' },
  { folder: 'oracle', file: 'negative.csv' },
  { folder: 'oracle', file: 'exponents.csv', options: ", types={'value': 'DOUBLE'}" },
  { folder: 'oracle', file: 'blanks.csv' },
  { folder: 'oracle', file: 'decimal_comma.csv', options: ", delim=';', decimal_separator=','" },
  { folder: 'oracle', file: 'grouped.csv', options: ", thousands=','" },
  { folder: 'oracle', file: 'few.csv' },
];
// Sums with compensation, as a plain one depends on the order of the rows.
const aggregates = {
  count: 'count(x)', mean: 'favg(x)', sd: 'stddev_samp(x)', min: 'min(x)', median: 'quantile_cont(x, 0.5)',
  p95: 'quantile_cont(x, 0.95)', max: 'max(x)', sum: 'fsum(x)',
};

make_tables();
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const columns = [];
for (const { folder, file, options = '', where = 'true' } of tables) {
  const from = `read_csv('${join(data, folder, file)}', header=true, nullstr=''${options})`;
  const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)).getRows();
  for (const [column, type] of described) {
    if (!/^(DOUBLE|BIGINT|INTEGER|HUGEINT|DECIMAL.*)$/.test(type)) continue;
    const list = Object.values(aggregates).map((a) => `CAST(${a} AS DOUBLE)`).join(', ');
    const reader = await connection.runAndReadAll(
      `SELECT ${list} FROM (SELECT CAST("${column}" AS DOUBLE) AS x FROM ${from} WHERE ${where})`);
    const values = Object.fromEntries(Object.keys(aggregates).map((key, i) => [key, reader.getRows()[0][i]]));
    columns.push({ folder, file, column, ...values });
  }
}
const [[version]] = (await connection.runAndReadAll('SELECT version()')).getRows();
const lines = columns.map((c) => '  ' + JSON.stringify(c));
writeFileSync(join(oracle, 'duckdb.json'), `{"duckdb": "${version}", "columns": [\n${lines.join(',\n')}\n]}\n`);
console.log(`${columns.length} columns by DuckDB ${version}`);
