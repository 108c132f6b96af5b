import { isExempt, isRuntime, knowsRequests, opensSockets } from './import-rules.ts';
import { isMember } from './imports.ts';
import type { Token } from './tokens.ts';
import type { SourceFile, Tree, Violation } from './tree.ts';

type Broken = Pick<Violation, 'rule' | 'message'>;

const requestWords = new Set(['req', 'res', 'Request', 'Response', 'IncomingMessage', 'ServerResponse']);
const socketWords = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']);
const beforeMethod = new Set(['{', '}', ';', ',', '*', 'async', 'static', 'override', 'abstract', 'public', 'private', 'protected']);

/** What the words of a source may not say: forbidden globals, requests outside their folder, `any` without a reason. */
export function codeRules(tree: Tree): Violation[] {
  return [...tree.files.values()].flatMap((file) =>
    file.tokens.flatMap((token, at) => {
      if (token.kind !== 'word') return [];
      const broken = brokenRule(file, at);
      return broken === undefined ? [] : [{ path: file.path, line: token.line, ...broken }];
    }),
  );
}

function brokenRule(file: SourceFile, at: number): Broken | undefined {
  const reasonless = anyWithoutReason(file, at);
  if (reasonless !== undefined || !isRuntime(file.path)) return reasonless;
  return forbiddenGlobal(file.tokens, at) ?? requestOrResponse(file, at) ?? socketGlobal(file, at);
}

function forbiddenGlobal(tokens: readonly Token[], at: number): Broken | undefined {
  if (!isGlobal(tokens, at)) return undefined;
  const word = tokens[at]?.text;
  if (word === 'process' && readsEnvironment(tokens, at)) {
    return { rule: 'forbidden', message: 'no process.env: configuration arrives in code' };
  }
  if (word === 'console') return { rule: 'forbidden', message: 'no console: log through the Logger service' };
  if (word === 'eval') return { rule: 'forbidden', message: 'no eval' };
  if (word === 'Function' && (tokens[at - 1]?.text === 'new' || tokens[at + 1]?.text === '(')) {
    return { rule: 'forbidden', message: 'no new Function: it is eval' };
  }
  return undefined;
}

/** `process.env`, `process?.env`, `process['…']`, `process.getBuiltinModule`, and `process` handed on whole. */
function readsEnvironment(tokens: readonly Token[], at: number): boolean {
  const after = tokens.slice(at + 1, at + 4).map(({ text }) => text);
  const [mark, first, second] = after;
  if (mark === '.') return first === 'env' || first === 'getBuiltinModule' || first === 'binding';
  if (mark === '?') return first === '.' && (second === 'env' || second === '[' || second === 'getBuiltinModule');
  if (mark === '[') return true;
  return tokens[at - 1]?.text === '=' || (mark === ')' && tokens[at - 1]?.text === '(');
}

function requestOrResponse({ tokens, path }: SourceFile, at: number): Broken | undefined {
  const word = tokens[at]?.text ?? '';
  if (knowsRequests(path) || isExempt(path) || !requestWords.has(word) || isMember(tokens, at)) return undefined;
  return { rule: 'req-res', message: `only core/src/http touches requests and responses of Express and Node: '${word}'` };
}

function socketGlobal({ tokens, path }: SourceFile, at: number): Broken | undefined {
  const word = tokens[at]?.text ?? '';
  if (opensSockets(path) || isExempt(path) || !socketWords.has(word) || !isGlobal(tokens, at)) return undefined;
  return { rule: 'sockets', message: `only core/src/upstream/transport opens sockets: '${word}'` };
}

/** A word that means the global: no property of something else, no key and no method of that name. */
function isGlobal(tokens: readonly Token[], at: number): boolean {
  if (isMember(tokens, at)) return tokens[at - 2]?.text === 'globalThis';
  const next = tokens[at + 1]?.text;
  if (next === ':' && tokens[at - 1]?.text !== '?') return false;
  return !(next === '(' && isDeclared(tokens, at));
}

/** `fetch() {`, `fetch(): X`: a method declared, not a function called. */
function isDeclared(tokens: readonly Token[], at: number): boolean {
  if (!beforeMethod.has(tokens[at - 1]?.text ?? '')) return false;
  let depth = 0;
  for (let index = at + 1; index < tokens.length; index += 1) {
    const text = tokens[index]?.kind === 'mark' ? tokens[index]?.text : '';
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth === 0) return ['{', ':'].includes(tokens[index + 1]?.text ?? '');
  }
  return false;
}

/** `any` as a type is allowed beside a comment, on its line or the one above, that says why. */
function anyWithoutReason({ tokens, comments }: SourceFile, at: number): Broken | undefined {
  const token = tokens[at];
  if (token?.text !== 'any' || isMember(tokens, at) || !isType(tokens, at)) return undefined;
  const reason = comments.get(token.line) ?? comments.get(token.line - 1) ?? '';
  if (/[a-z]{2,}\W+[a-z]{2,}/i.test(reason.replace(/biome-ignore\s+\S+/, ''))) return undefined;
  return { rule: 'any-without-reason', message: "'any' needs a comment on its line or the line above that says why" };
}

function isType(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  const next = tokens[at + 1];
  if (before?.text === 'as' || before?.text === 'is' || before?.text === 'keyof') return true;
  if (before?.kind !== 'mark' || next?.text === '(' || next?.text === ':') return false;
  return ':<|&=,('.includes(before.text) || (before.text === '>' && tokens[at - 2]?.text === '=');
}
