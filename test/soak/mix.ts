import { type Random, random } from './random.ts';

/** What a client does, and what it may expect. The same for the same seed and index. */
export interface Planned {
  readonly id: string;
  readonly kind: Kind;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: Expected;
  /** When the client leaves; it stays to the end when absent. */
  readonly leaves: Leaving | undefined;
  /** Whether the request becomes an exchange: others are answered before there is one, or never arrive whole. */
  readonly exchange: boolean;
}

export type Kind = 'chat' | 'stream' | 'embeddings' | 'models' | 'error' | 'fault' | 'abort' | 'control';

/** The phases in which clients leave. */
export type Leaving = 'in-head' | 'in-body' | 'sent' | 'in-hook' | 'at-upstream' | 'first-byte' | 'in-stream' | 'not-reading';

export interface Expected {
  readonly statuses: readonly number[];
  /** A text that the answer holds, e.g. the caller's own word: nobody gets another's answer. */
  readonly holds?: string;
  /** A 200 ends in an error that the client can tell from a whole answer. */
  readonly breaks?: boolean;
}

/** Bytes above which the gateway under test refuses a body. */
export const bodyBytes = 64 * 1024;

/** Shares in percent. Aborts and faults are 5 % each, as the project promises to hold them. */
const shares: readonly (readonly [Kind, number])[] = [
  ['chat', 34],
  ['stream', 30],
  ['embeddings', 12],
  ['models', 5],
  ['error', 7],
  ['fault', 5],
  ['abort', 5],
  ['control', 2],
];

const leavings: readonly (readonly [Leaving, number])[] = [
  ['in-head', 5],
  ['in-body', 20],
  ['sent', 14],
  ['in-hook', 10],
  ['at-upstream', 25],
  ['first-byte', 5],
  ['in-stream', 20],
  ['not-reading', 1],
];

const makers: Readonly<Record<Kind, (id: string, chance: Random) => Planned>> = {
  chat: (id, chance) => chat(id, chance, 'chat', { model: modelName(chance), stream: false, headers: {} }),
  stream: (id, chance) => chat(id, chance, 'stream', { model: modelName(chance), stream: true, headers: habit(chance) }),
  embeddings,
  models,
  error: clientError,
  fault: upstreamFault,
  abort,
  control,
};

/** Where the gateway's process has a pipe to the upstream that the gateway has no part in. */
export const controlPath = '/control';

export function planned(seed: number, index: number): Planned {
  const chance = random(seed, index);
  const id = `soak-${index}x`; // no id begins with another
  return makers[weighted(shares, chance)](id, chance);
}

function weighted<T>(weights: readonly (readonly [T, number])[], chance: Random): T {
  let rest = chance.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of weights) {
    rest -= weight;
    if (rest < 0) return value;
  }
  return (weights[0] as readonly [T, number])[0];
}

/** The alias, the target itself, or an alias whose first target fails. */
function modelName(chance: Random): string {
  return weighted(
    [
      ['chat', 90],
      ['up/chat', 8],
      ['second', 2],
    ],
    chance,
  );
}

/** What the plugins of the gateway under test do with a stream. */
function habit(chance: Random): Record<string, string> {
  const name = weighted(
    [
      ['', 50],
      ['wrap', 35],
      ['tap', 15],
    ],
    chance,
  );
  return name === '' ? {} : { 'x-soak': name };
}

interface ChatOptions {
  readonly model: string;
  readonly stream: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

function chat(id: string, chance: Random, kind: Kind, { model, stream, headers }: ChatOptions): Planned {
  const system = { role: 'system', content: 'Be brief. '.repeat(weighted(sizes, chance)) };
  const body = { model, stream, messages: [system, { role: 'user', content: `Say ${id} please` }] };
  return post(id, kind, '/ai/v1/chat/completions', body, { statuses: [200], holds: id }, headers);
}

/** Repetitions of ten bytes: mostly small bodies, some of several chunks. */
const sizes: readonly (readonly [number, number])[] = [
  [1, 80],
  [100, 18],
  [4_000, 2],
];

function embeddings(id: string, chance: Random): Planned {
  const input = chance.next() < 0.5 ? id : [id, `${id} again`];
  return post(id, 'embeddings', '/ai/v1/embeddings', { model: 'chat', input }, { statuses: [200], holds: '"embedding"' });
}

function models(id: string, chance: Random): Planned {
  const one = chance.next() < 0.5;
  const path = one ? '/ai/v1/models/up%2Fchat' : '/ai/v1/models';
  return { ...get(id, path), expected: { statuses: [200], holds: 'up/chat' } };
}

function clientError(id: string, chance: Random): Planned {
  const path = '/ai/v1/chat/completions';
  const messages = [{ role: 'user', content: id }];
  const refused = (status: number, body: object | string, headers?: Readonly<Record<string, string>>): Planned =>
    post(id, 'error', path, body, { statuses: [status], holds: '"error"' }, headers);
  const tooLarge = refused(413, { model: 'chat', messages, padding: 'x'.repeat(bodyBytes) });
  return chance.pick([
    () => refused(400, '{"model": "chat", "messages": ['),
    () => refused(400, '{"model": "chat", "model": "up/chat", "messages": []}'),
    () => refused(400, { model: 'chat', messages: [] }),
    () => refused(404, { model: `no-such-${id}`, messages }),
    () => refused(415, { model: 'chat', messages }, { 'content-type': 'text/plain' }),
    // The rest of a refused upload is not read: the connection's end may overtake the answer.
    () => ({ ...tooLarge, expected: { ...tooLarge.expected, statuses: [413, 0] } }),
    () => ({ ...get(id, '/ai/v1/models/nobody'), kind: 'error' as const, expected: { statuses: [404], holds: '"error"' } }),
    () => ({ ...get(id, path), kind: 'error' as const, expected: { statuses: [405], holds: '"error"' }, exchange: false }),
  ])();
}

/** Faults of an upstream, by the names of the simulated provider's models. */
function upstreamFault(id: string, chance: Random): Planned {
  const stream = chance.next() < 0.5;
  const headers = stream ? habit(chance) : {};
  const faulty = (model: string, expected: Expected): Planned => ({
    ...chat(id, chance, 'fault', { model: `up/${model}`, stream, headers }),
    expected,
  });
  // 503 where the target's circuit breaker is open.
  const failed = [502, 503];
  return chance.pick([
    () => faulty('fail-500', { statuses: failed, holds: '"error"' }),
    () => faulty('fail-503', { statuses: failed, holds: '"error"' }),
    () => faulty('fail-429', { statuses: [429], holds: '"error"' }),
    () => faulty('html', { statuses: failed, holds: '"error"' }),
    // The cut may come before anything went out.
    () => faulty('cut', stream ? { statuses: [200, ...failed], breaks: true } : { statuses: failed, holds: '"error"' }),
    () => faulty('error-event', stream ? { statuses: [200, 503], breaks: true } : { statuses: [200, 503] }),
    () => faulty('first-event-error', stream ? { statuses: failed, holds: '"error"' } : { statuses: [200, 503] }),
    () => faulty('bad-json', stream ? { statuses: [200, 503], breaks: true } : { statuses: [200, ...failed] }),
    () => ({ ...faulty('silent', { statuses: [] }), leaves: 'at-upstream' as const }),
  ])();
}

function abort(id: string, chance: Random): Planned {
  const leaves = weighted(leavings, chance);
  const stream = leaves !== 'at-upstream' || chance.next() < 0.5;
  const habits = leaves === 'in-hook' ? { 'x-soak': 'hold' } : habit(chance);
  const model = { 'in-stream': 'up/stall', 'not-reading': 'up/big', 'at-upstream': 'up/silent' }[leaves as string] ?? 'chat';
  return { ...chat(id, chance, 'abort', { model, stream, headers: habits }), leaves, exchange: leaves !== 'in-head' };
}

/** A client that leaves such a pipe: how late its upstream hears of it is the machine's doing. */
function control(id: string, chance: Random): Planned {
  const plan = chat(`${id}-control`, chance, 'control', { model: 'silent', stream: false, headers: {} });
  return { ...plan, path: controlPath, leaves: chance.pick(['at-upstream', 'sent']), exchange: false };
}

/** Whether an id is of a request that does not concern the gateway. */
export function isControl(id: string): boolean {
  return id.endsWith('-control');
}

function post(
  id: string,
  kind: Kind,
  path: string,
  body: object | string,
  expected: Expected,
  headers: Readonly<Record<string, string>> = {},
): Planned {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  // The one client header that reaches the upstream: there the request is recognised by it.
  const own = { 'content-type': 'application/json', 'openai-beta': id, ...headers };
  return { id, kind, method: 'POST', path, headers: own, body: text, expected, leaves: undefined, exchange: true };
}

function get(id: string, path: string): Planned {
  return {
    id,
    kind: 'models',
    method: 'GET',
    path,
    headers: {},
    body: '',
    expected: { statuses: [200] },
    leaves: undefined,
    exchange: true,
  };
}
