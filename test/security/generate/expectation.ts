import { isUtf8 } from 'node:buffer';
import { type Bounds, canonical, JsonRefusal, member, type Node, readJson } from './reference-json.ts';
import type { GeneratedRequest } from './requests.ts';

/** What must become of a request. */
export type Expectation =
  /** Refused, and nobody upstream hears of it. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Served, or refused for a reason that this file does not know; whatever reaches the upstream must be this. */
  | { readonly kind: 'may-pass' | 'must-pass'; readonly upstream: Node }
  /** Answered without an upstream. */
  | { readonly kind: 'local' };

/** The bounds of the gateway under test, as its documentation gives them. */
const bounds: Bounds = { depth: 64, keys: 10_000 };

/** The alias of the gateway under test and the target behind it; `up/…` is any model of its only provider. */
const alias = { name: 'chat', model: 'm' };

/** Judges a request by the reference parser and the published rules alone. */
export function expectationOf(request: GeneratedRequest): Expectation {
  const { method, target, body, framing, head } = request;
  const path = target.split('?', 1)[0];
  const route = path === '/ai/v1/chat/completions' ? 'chat' : path === '/ai/v1/embeddings' ? 'embeddings' : undefined;
  if (route === undefined || method !== 'POST') return { kind: 'local' };
  if (head === 'refused') return { kind: 'refused', why: 'its head' };
  const bytes = body?.bytes ?? Buffer.alloc(0);
  const declared = framing.kind === 'broken' && framing.how === 'short' ? bytes.subarray(0, bytes.length / 2) : bytes;
  const read = readBody(declared, route);
  if (typeof read === 'string') return { kind: 'refused', why: read };
  const sound = body?.sound === true && head === 'sound' && !request.malformed;
  return { kind: sound ? 'must-pass' : 'may-pass', upstream: read };
}

/** What the upstream must get for a body, or why it must get nothing. */
export function readBody(bytes: Buffer, route: 'chat' | 'embeddings'): Node | string {
  if (!isUtf8(bytes)) return 'no UTF-8';
  let body: Node;
  try {
    body = readJson(bytes.toString(), bounds);
  } catch (error) {
    if (error instanceof JsonRefusal) return error.message;
    throw error;
  }
  if (body.type !== 'object') return 'no object';
  const model = targetModel(member(body, 'model'));
  if (model === undefined) return 'no model that there is';
  if (route === 'embeddings') {
    const input = member(body, 'input');
    const given = input?.type === 'string' || (input?.type === 'array' && input.elements.length > 0);
    return given ? changed(body, 'model', model) : 'no input';
  }
  const messages = member(body, 'messages');
  if (messages?.type !== 'array' || messages.elements.length === 0) return 'no messages';
  if (messages.elements.some(({ type }) => type !== 'object')) return 'a message that is no object';
  const choices = member(body, 'n');
  if (choices !== undefined && !isCount(choices, 128)) return 'no number of choices';
  return withUsage(changed(body, 'model', model));
}

function isCount(node: Node, most: number): boolean {
  if (node.type === 'word') return node.text === 'null';
  const count = node.type === 'number' ? Number(node.text) : Number.NaN;
  return Number.isInteger(count) && !Object.is(count, -0) && count >= 0 && count <= most;
}

function targetModel(model: Node | undefined): Node | undefined {
  if (model?.type !== 'string') return undefined;
  if (model.value === alias.name) return { type: 'string', value: alias.model };
  if (!model.value.startsWith('up/')) return undefined;
  const own = model.value.slice('up/'.length);
  return /^[ -~]{1,256}$/.test(own) ? { type: 'string', value: own } : undefined;
}

/** A stream is asked for its usage, whatever the client said of it. */
function withUsage(body: Node): Node {
  const stream = member(body, 'stream');
  if (stream?.type !== 'word' || stream.text !== 'true') return body;
  const options = member(body, 'stream_options');
  const asked: Node = { type: 'word', text: 'true' };
  const base: Node = options?.type === 'object' ? options : { type: 'object', members: [] };
  return changed(body, 'stream_options', changed(base, 'include_usage', asked));
}

function changed(object: Node, key: string, value: Node): Node {
  if (object.type !== 'object') return object;
  const there = object.members.some(([name]) => name === key);
  const members = object.members.map(([name, old]) => [name, name === key ? value : old] as const);
  return { type: 'object', members: there ? members : [...members, [key, value]] };
}

/** Whether the upstream got what was judged: the same values in the same order, numbers to the last digit. */
export function isSame(received: Buffer, expected: Node): boolean {
  try {
    return canonical(readJson(received.toString(), bounds)) === canonical(expected);
  } catch (error) {
    if (error instanceof JsonRefusal) return false;
    throw error;
  }
}
