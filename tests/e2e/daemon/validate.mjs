// Holds what the daemon answered against the documents that it serves.
// usage: node validate.mjs openapi.json asyncapi.json RECORDS.jsonl... [--every-operation]
// Prints each difference once; the last line has the counts. Exit 1 with differences.
import fs from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Parser } from '@asyncapi/parser';

const words = process.argv.slice(2);
const everyOperation = words.includes('--every-operation');
const [openapiFile, asyncapiFile, ...recordFiles] = words.filter(word => !word.startsWith('--'));
const openapi = JSON.parse(fs.readFileSync(openapiFile, 'utf8'));
const asyncapi = JSON.parse(fs.readFileSync(asyncapiFile, 'utf8'));

const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
addFormats.default(ajv);
ajv.addSchema(openapi, 'openapi.json');
ajv.addSchema(asyncapi, 'asyncapi.json');

const differences = new Map();
const differ = (where, what) => {
  const line = `${where}: ${what}`;
  differences.set(line, (differences.get(line) ?? 0) + 1);
};

const escaped = key => key.replaceAll('~', '~0').replaceAll('/', '~1');
const compiled = new Map();
function validatorAt(document, ...keys) {
  const ref = `${document}#/${keys.map(key => encodeURIComponent(escaped(key))).join('/')}`;
  if (!compiled.has(ref)) compiled.set(ref, ajv.compile({ $ref: ref }));
  return compiled.get(ref);
}
function explain(validate, value) {
  const [error] = validate.errors;
  const found = error.instancePath.split('/').slice(1).reduce(
    (at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], value);
  const detail = error.params.additionalProperty ?? error.params.missingProperty ??
                 JSON.stringify(error.params.allowedValues) ?? '';
  return `${error.instancePath || '/'} ${error.message} ${detail} (is ${
    JSON.stringify(found)?.slice(0, 80)})`;
}

// Paths: literal segments win over parameters; a last parameter may hold several segments.
const templates = Object.keys(openapi.paths).map(path => {
  const pattern = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{[^}]+\}$/, '(.+)').replace(/\{[^}]+\}/g, '([^/]+)');
  return { path, pattern: new RegExp(`^${pattern}$`), parameters: path.split('{').length - 1,
           length: path.length };
}).sort((a, b) => a.parameters - b.parameters || b.length - a.length);
function templateOf(path) {
  const segments = path.split('/').length;
  const fits = templates.filter(each => each.pattern.test(path));
  return (fits.find(each => each.path.split('/').length === segments) ??
          fits.sort((a, b) => b.length - a.length)[0])?.path;
}
function resolved(node) {
  while (node?.$ref)
    node = node.$ref.slice(2).split('/').reduce(
      (at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], openapi);
  return node;
}

const seen = new Set();
let exchanges = 0, events = 0;
function checkExchange({ method, path, status, headers, body }) {
  const plain = path.split('?')[0];
  const template = templateOf(plain);
  exchanges++;
  // What no document describes is refused as such.
  if (!template) {
    if (![403, 404, 421].includes(status))
      differ(`${method} ${plain}`, `undocumented path gave ${status}`);
    return;
  }
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = openapi.paths[template][verb];
  const where = `${method} ${template} ${status}`;
  if (!operation) {
    if (status !== 405 && method !== 'OPTIONS') differ(where, 'undocumented method');
    return;
  }
  seen.add(`${verb} ${template}`);
  const key = operation.responses[status] ? String(status)
    : operation.responses[`${String(status)[0]}XX`] ? `${String(status)[0]}XX` : 'default';
  let keys = ['paths', template, verb, 'responses', key];
  let response = operation.responses[key];
  if (!response) return differ(where, 'undocumented status');
  if (response.$ref) keys = response.$ref.slice(2).split('/');
  response = resolved(response);
  for (const [name, header] of Object.entries(response.headers ?? {}))
    if (resolved(header).required && headers[name.toLowerCase()] === undefined)
      differ(where, `no header ${name}`);
  const type = (headers['content-type'] ?? '').split(';')[0].trim();
  if (!type) {
    if (response.content && method !== 'HEAD') differ(where, 'no content type');
    return;
  }
  const documented = Object.keys(response.content ?? {});
  const content = documented.find(each => each.split(';')[0] === type) ??
                  documented.find(each => each === '*/*');
  if (!content) return differ(where, `undocumented content type ${type}`);
  if (status >= 400 && type !== 'application/problem+json') differ(where, `a problem as ${type}`);
  if (!body || method === 'HEAD' || content === '*/*' || !response.content[content].schema) return;
  if (!/[/+]json$/.test(type)) return;
  const validate = validatorAt('openapi.json', ...keys, 'content', content, 'schema');
  const value = JSON.parse(body);
  if (!validate(value)) differ(where, explain(validate, value));
  if (type === 'application/problem+json' && value.status !== status)
    differ(where, `the problem says ${value.status}`);
}

// The schema of events stands in both documents.
const eventSchemas = [['openapi.json', openapi], ['asyncapi.json', asyncapi]].flatMap(
  ([name, document]) => Object.keys(document.components?.schemas ?? {})
    .filter(key => key.toLowerCase() === 'event').map(key => [name, 'components', 'schemas', key]));
if (eventSchemas.length === 0) differ('documents', 'no schema of events');
const eventTypes = new Set();
function checkEvent({ transport, event }) {
  events++;
  eventTypes.add(event.type);
  const { sub, ...rest } = event;
  for (const place of eventSchemas) {
    const validate = validatorAt(...place);
    if (!validate(rest))
      differ(`${event.type} by ${transport}, ${place[0]}`, explain(validate, rest));
  }
}

const parsed = await new Parser().parse(JSON.stringify(asyncapi));
for (const each of parsed.diagnostics)
  if (each.severity === 0) differ('asyncapi.json', `${each.path.join('/')}: ${each.message}`);

for (const file of recordFiles)
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (!line) continue;
    const record = JSON.parse(line);
    record.kind === 'http' ? checkExchange(record) : checkEvent(record);
  }
if (everyOperation)
  for (const [path, operations] of Object.entries(openapi.paths))
    for (const verb of Object.keys(operations))
      if (['get', 'post', 'put', 'patch', 'delete'].includes(verb) &&
          !seen.has(`${verb} ${path}`) && !path.endsWith('/stream'))
        differ(`${verb} ${path}`, 'was never asked');

for (const [line, count] of differences) console.log(count > 1 ? `${line} [${count} times]` : line);
console.log(`${exchanges} answers of ${seen.size} operations, ${events} events of ` +
            `${eventTypes.size} types: ${differences.size} differences`);
process.exit(differences.size ? 1 : 0);
