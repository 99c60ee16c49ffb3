// Follows a job with Node's ws: one line of JSON per message.
// usage: node watch.mjs ws://HOST:PORT JOB [TOKEN]
import WebSocket from 'ws';

const [url, job, token] = process.argv.slice(2);
const protocols = ['chimera.v1.json'];
if (token) protocols.push('chimera.bearer.' + Buffer.from(token).toString('base64url'));
const socket = new WebSocket(url + '/v1/stream', protocols);
const late = setTimeout(() => { console.error('nothing within 30 s'); process.exit(1); }, 30_000);

socket.on('open', () => socket.send(JSON.stringify(
  { id: 1, method: 'subscribe', params: { job, after: 0 } })));
socket.on('message', (data, isBinary) => {
  if (isBinary) throw new Error('a binary frame');
  const message = JSON.parse(data);
  console.log(JSON.stringify(message));
  if (/^job\.(completed|failed|canceled)$/.test(message.type ?? '')) socket.close(1000);
});
socket.on('close', code => { clearTimeout(late); process.exit(code === 1000 ? 0 : 1); });
socket.on('error', problem => { console.error(String(problem)); process.exit(1); });
