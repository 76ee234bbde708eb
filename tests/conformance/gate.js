// The strict schema gate: says every command of the FBP Network Protocol to a runtime, and holds every message that comes
// back against the schema of its kind. The suite of `fbp-protocol` looks its schemas up by a name that none of them has, so
// that its own checks of them let everything pass; this one counts a missing schema as a failure.
//
//   node gate.js ws://127.0.0.1:3569 SECRET INSPECT_SECRET
'use strict';

const { client: WebSocketClient } = require('websocket');
const schemas = require('fbp-protocol/schema');

const [address, secret, inspectSecret] = process.argv.slice(2);
const LIMIT_MS = 20000;

// What must have been seen at the end, beside that all of it was valid.
const WANTED = [
  'runtime:runtime', 'runtime:ports', 'runtime:packet', 'runtime:packetsent', 'runtime:error',
  'graph:clear', 'graph:addnode', 'graph:removenode', 'graph:renamenode', 'graph:changenode', 'graph:addedge',
  'graph:removeedge', 'graph:changeedge', 'graph:addinitial', 'graph:removeinitial', 'graph:addinport',
  'graph:removeinport', 'graph:renameinport', 'graph:addoutport', 'graph:removeoutport', 'graph:renameoutport',
  'graph:addgroup', 'graph:removegroup', 'graph:renamegroup', 'graph:changegroup', 'graph:error',
  'component:component', 'component:componentsready', 'component:source', 'component:error',
  'network:started', 'network:stopped', 'network:status', 'network:output', 'network:error', 'network:processerror',
  'network:data', 'network:begingroup', 'network:endgroup', 'network:edges',
  'trace:start', 'trace:stop', 'trace:clear', 'trace:dump', 'trace:error',
];

const seen = new Map();
const faults = [];

function check(message) {
  const kind = `${message.protocol}:${message.command}`;
  seen.set(kind, (seen.get(kind) || 0) + 1);
  const result = schemas.validateMultiple(message, `/${message.protocol}/output/${message.command}`);
  if (!result.valid || result.missing.length > 0) {
    const why = result.errors.map((error) => `${error.dataPath}: ${error.message}`).concat(result.missing);
    faults.push(`${kind}: ${why.join('; ')}\n  ${JSON.stringify(message)}`);
  }
  if (JSON.stringify(message).includes(secret)) {
    faults.push(`${kind} tells the secret`);
  }
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

class Client {
  constructor(connection) {
    this.connection = connection;
    this.messages = [];
    this.wake = () => {};
    this.number = 0;
    connection.on('message', ({ utf8Data }) => {
      const message = JSON.parse(utf8Data);
      check(message);
      this.messages.push(message);
      this.wake();
    });
  }

  static connect() {
    return new Promise((resolve, reject) => {
      const client = new WebSocketClient();
      client.on('connect', (connection) => resolve(new Client(connection)));
      client.on('connectFailed', reject);
      client.connect(address, 'noflo');
    });
  }

  // The first message that fits, now or when it comes.
  async until(fits) {
    for (;;) {
      const at = this.messages.findIndex(fits);
      if (at >= 0) return this.messages.splice(at, 1)[0];
      await new Promise((resolve) => { this.wake = resolve; });
    }
  }

  // Says something and waits for what answers it.
  ask(kind, payload, proof = secret) {
    const [protocol, command] = kind.split(':');
    this.number += 1;
    const requestId = String(this.number);
    this.connection.sendUTF(JSON.stringify({
      protocol, command, payload, secret: proof, requestId,
    }));
    return this.until((message) => message.responseTo === requestId);
  }

  async expect(kind, payload, answer, proof) {
    const message = await this.ask(kind, payload, proof);
    const got = `${message.protocol}:${message.command}`;
    if (got !== answer) {
      faults.push(`${kind} was answered by ${JSON.stringify(message)}, not by ${answer}`);
    }
    return message;
  }
}

const port = (node, name) => ({ node, port: name });

async function graphs(client) {
  const graph = 'gate';
  const echo = (command, payload) => client.expect(`graph:${command}`, { ...payload, graph }, `graph:${command}`);
  await client.expect('graph:clear', { id: graph, name: 'Gate', main: true }, 'graph:clear');
  await echo('addnode', { id: 'a', component: 'core/Repeat', metadata: { x: 10, y: 20, label: 'A' } });
  await echo('addnode', { id: 'b', component: 'core/Repeat' });
  await echo('addnode', { id: 'c', component: 'core/Drop' });
  await echo('changenode', { id: 'a', metadata: { label: null, colour: 'blue' } });
  await echo('renamenode', { from: 'c', to: 'd' });
  await echo('addedge', { src: port('a', 'out'), tgt: port('b', 'in'), metadata: { route: null } });
  await echo('addedge', { src: port('b', 'out'), tgt: port('d', 'in'), metadata: { capacity: 8 } });
  await echo('changeedge', { src: port('a', 'out'), tgt: port('b', 'in'), metadata: { route: 3 } });
  await echo('addinitial', { src: { data: { deep: [1, null] } }, tgt: port('a', 'in') });
  await echo('removeinitial', { tgt: port('a', 'in') });
  await echo('addinport', { public: 'in', node: 'a', port: 'in' });
  await echo('renameinport', { from: 'in', to: 'into' });
  await echo('addoutport', { public: 'out', node: 'b', port: 'out' });
  await echo('renameoutport', { from: 'out', to: 'from' });
  await echo('addgroup', { name: 'g', nodes: ['a', 'b'], metadata: { description: 'two' } });
  await echo('changegroup', { name: 'g', metadata: { colour: 'red' } });
  await echo('renamegroup', { from: 'g', to: 'h' });
  await echo('removegroup', { name: 'h' });
  await echo('removenode', { id: 'd' });
  await client.expect('graph:addnode', { id: 'x', component: 'core/Drop', graph: 'nowhere' }, 'graph:error');
  await client.expect('graph:removeedge', { src: port('x', 'out'), tgt: port('y', 'in'), graph }, 'graph:error');
  await client.expect('runtime:getruntime', {}, 'runtime:runtime');
  await client.until((message) => message.command === 'ports' && message.payload.outPorts.length === 1);
}

async function packets(client) {
  const graph = 'gate';
  const put = (event, payload) => client.expect('runtime:packet', { port: 'into', event, graph, payload }, 'runtime:packetsent');
  await client.expect('runtime:packet', { port: 'into', event: 'data', graph, payload: 1 }, 'runtime:error');
  await client.expect('trace:dump', { graph, type: 'flowtrace.json' }, 'trace:error');
  await client.expect('trace:start', { graph, buffersize: 100 }, 'trace:start');
  await client.expect('network:start', { graph }, 'network:started');
  await put('begingroup', 'letters');
  await put('data', { text: 'a' });
  await put('endgroup', 'letters');
  await client.until((message) => message.command === 'packet' && message.payload.event === 'endgroup');
  await client.until((message) => message.protocol === 'network' && message.command === 'endgroup');
  // Its schema allows no `responseTo`, so the answer is known by what it is.
  client.ask('network:edges', { graph, edges: [{ src: port('a', 'out'), tgt: port('b', 'in') }] });
  await client.until((message) => message.command === 'edges');
  await put('data', 'chosen');
  await client.until((message) => message.command === 'data' && message.payload.data === 'chosen');
  const status = await client.expect('network:getstatus', { graph }, 'network:status');
  if (!status.payload.running) faults.push('a network with open ports does not run');
  await client.expect('network:debug', { graph, enable: true }, 'network:status');
  await client.expect('network:stop', { graph }, 'network:stopped');
  await client.expect('trace:stop', { graph }, 'trace:stop');
  const { payload } = await client.expect('trace:dump', { graph, type: 'flowtrace.json' }, 'trace:dump');
  const events = JSON.parse(payload.flowtrace).events.map((event) => event.command);
  if (events.join() !== 'begingroup,data,endgroup,begingroup,data,endgroup,data,data'
      && [...events].sort().join() !== 'begingroup,begingroup,data,data,data,data,endgroup,endgroup') {
    faults.push(`the trace has ${events}`);
  }
  await client.expect('trace:clear', { graph }, 'trace:clear');
  for (const command of ['removeinport', 'removeoutport']) {
    const name = command === 'removeinport' ? 'into' : 'from';
    await client.expect(`graph:${command}`, { public: name, graph }, `graph:${command}`);
  }
}

async function failures(client) {
  const graph = 'broken';
  await client.expect('graph:clear', { id: graph }, 'graph:clear');
  await client.expect('graph:addnode', { id: 'a', component: 'core/Nothing', graph }, 'graph:addnode');
  await client.expect('network:start', { graph }, 'network:error');
  await client.expect('graph:removenode', { id: 'a', graph }, 'graph:removenode');
  await client.expect('graph:addnode', { id: 'f', component: 'core/Fail', graph }, 'graph:addnode');
  await client.expect('graph:addnode', { id: 'd', component: 'core/Drop', graph }, 'graph:addnode');
  await client.expect('graph:addedge', { src: port('f', 'out'), tgt: port('d', 'in'), graph }, 'graph:addedge');
  await client.expect('graph:addinitial', { src: { data: 'x' }, tgt: port('f', 'in'), graph }, 'graph:addinitial');
  await client.expect('graph:addinitial', { src: { data: 1 }, tgt: port('f', 'at'), graph }, 'graph:addinitial');
  await client.expect('network:start', { graph }, 'network:started');
  await client.until((message) => message.command === 'processerror');
  await client.until((message) => message.command === 'stopped' && message.payload.graph === graph);
  await client.expect('network:stop', { graph }, 'network:stopped');
}

async function components(client) {
  await client.expect('component:list', {}, 'component:componentsready');
  const { payload: main } = await client.expect('component:getsource', { name: 'gate' }, 'component:source');
  if (main.language !== 'json' || !JSON.parse(main.code).processes.a) faults.push('the source of a graph is no JSON graph');
  await client.expect('component:getsource', { name: 'core/Repeat' }, 'component:error');
  const script = { name: 'Double', language: 'rhai', code: 'packet * 2' };
  await client.expect('component:source', script, 'component:component');
  const { payload: back } = await client.expect('component:getsource', { name: './Double.ron' }, 'component:source');
  if (back.code !== script.code || back.language !== 'rhai') faults.push('the source of a script did not come back');
  const code = 'Graph(format: 1, processes: { "r": Process(component: "./Double.ron") }, inports: { "in": "r.in" }, outports: { "out": "r.out" })';
  await client.expect('component:source', { name: 'Quad', language: 'ron', code }, 'component:component');
  const { payload: ron } = await client.expect('component:getsource', { name: './Quad.ron' }, 'component:source');
  if (ron.language !== 'ron' || !ron.code.includes('./Double.ron')) faults.push('the source of a subgraph did not come back');
  await client.expect('component:source', { name: 'Bad', language: 'cobol', code: '' }, 'component:error');
  // Both at work: the graph that holds a script, as a component of another graph.
  await client.expect('network:start', { graph: 'Quad' }, 'network:started');
  await client.expect('runtime:packet', { port: 'in', event: 'data', graph: 'Quad', payload: 21 }, 'runtime:packetsent');
  const { payload: doubled } = await client.until((message) => message.command === 'packet' && message.payload.graph === 'Quad');
  if (doubled.payload !== 42) faults.push(`twice 21 is ${doubled.payload}`);
  await client.expect('network:stop', { graph: 'Quad' }, 'network:stopped');
}

async function rights(client) {
  await client.expect('network:persist', {}, 'network:output');
  await client.expect('component:list', {}, 'component:error', 'not the secret');
  const looking = await Client.connect();
  const { payload } = await looking.expect('runtime:getruntime', {}, 'runtime:runtime', inspectSecret);
  if (payload.capabilities.includes('protocol:graph')) faults.push('who may look may change graphs');
  await looking.expect('component:getsource', { name: 'gate' }, 'component:source', inspectSecret);
  await looking.expect('graph:clear', { id: 'gate' }, 'graph:error', inspectSecret);
  await looking.expect('network:start', { graph: 'gate' }, 'network:error', inspectSecret);
  await looking.expect('trace:start', { graph: 'nowhere' }, 'trace:error', inspectSecret);
  looking.connection.close();
}

async function main() {
  const client = await Client.connect();
  await graphs(client);
  await packets(client);
  await failures(client);
  await components(client);
  await rights(client);
  const unseen = WANTED.filter((kind) => !seen.has(kind));
  if (unseen.length > 0) faults.push(`never seen: ${unseen.join(', ')}`);
  if (faults.length > 0) fail(faults.join('\n'));
  const count = [...seen.values()].reduce((sum, number) => sum + number, 0);
  console.log(`schema gate: ${count} messages of ${seen.size} kinds are valid`);
  process.exit(0);
}

setTimeout(() => fail(`not done after ${LIMIT_MS} ms; seen ${[...seen.keys()]}\n${faults.join('\n')}`), LIMIT_MS);
main().catch((error) => fail(error.stack || String(error)));
