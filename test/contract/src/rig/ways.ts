import { GatewayError, type HookResult, type RoutingContext } from '@express-ai-gateway/core/plugin';
import type { OwnAnswer } from '../registration.ts';
import type { Client } from './client.ts';
import { type KitDialect, modeName, modesOf, type StreamFormat, type UpstreamFormat } from './dialects/kit-dialect.ts';
import type { Caller, Rig } from './rig.ts';
import { until } from './time.ts';
import type { Script } from './upstream.ts';

/** One way an exchange can go, in one dialect and mode. */
export interface Way {
  /** E.g. `openai-chat, stream, upstream answer`. */
  readonly name: string;
  readonly dialect: KitDialect;
  readonly stream: boolean;
  /** `answer`: the client gets a 2xx. `leave`: the client leaves before the end. */
  readonly end: 'answer' | 'error' | 'leave' | 'own';
  /** For `own`: the status that the plugin's own answer must have. */
  readonly status?: number;
  /** Sets the stage, sends the request and returns the client once it has done its part. */
  go(rig: Rig, caller: Caller): Promise<Client>;
}

interface Scene {
  readonly name: string;
  readonly end: Way['end'];
  readonly onlyStream?: boolean;
  readonly upstream?: boolean;
  readonly script?: (format: UpstreamFormat, caller: Caller, stream: boolean) => Script;
  /** The same for scenes of streams only. */
  readonly streamScript?: (format: StreamFormat) => Script;
  readonly beforeRoute?: (context: RoutingContext, dialect: KitDialect, caller: Caller) => HookResult;
  readonly refusesAtOnce?: boolean;
  readonly malformed?: boolean;
  /** When the client leaves. */
  readonly leaves?: (rig: Rig, client: Client) => Promise<unknown>;
}

const scenes: readonly Scene[] = [
  { name: 'upstream answer', end: 'answer', upstream: true, script: answering },
  { name: 'plugin answer', end: 'answer', upstream: true, beforeRoute: neighbourAnswer },
  { name: 'refusal', end: 'error', refusesAtOnce: true },
  { name: 'malformed body', end: 'error', upstream: true, malformed: true },
  {
    name: 'error of the upstream',
    end: 'error',
    upstream: true,
    script: (format) => (call) => call.json(500, format.errorBody),
  },
  { name: 'error in the stream', end: 'error', onlyStream: true, upstream: true, streamScript: (format) => breaking(format, true) },
  { name: 'broken stream', end: 'error', onlyStream: true, upstream: true, streamScript: (format) => breaking(format, false) },
  {
    name: 'abort on the way in',
    end: 'leave',
    upstream: true,
    script: () => (call) => call.gone,
    leaves: (rig) => rig.exchange(0),
  },
  {
    name: 'abort while waiting',
    end: 'leave',
    upstream: true,
    script: () => (call) => call.gone,
    // A plugin may answer itself; then there is nobody to wait for.
    leaves: (rig) => until(() => rig.upstream.calls.length > 0, 1_000),
  },
  {
    name: 'abort in the stream',
    end: 'leave',
    onlyStream: true,
    upstream: true,
    streamScript: stalling,
    // A plugin that holds text back may not have let anything through yet.
    leaves: (_rig, client) => until(() => client.received.length > 0, 300),
  },
];

/** Every way, in every dialect and mode, that the plugin can meet. */
export function waysOf(dialects: readonly KitDialect[], own: OwnAnswer | undefined): Way[] {
  return dialects.flatMap((dialect) =>
    modesOf(dialect).flatMap((stream) => [
      ...scenes.filter((scene) => fits(scene, dialect, stream)).map((scene) => wayOf(scene, dialect, stream)),
      ...(dialect.upstream === undefined ? [gatewayAnswer(dialect)] : []),
      ...(own !== undefined && dialect.answersText ? [ownAnswer(own, dialect, stream)] : []),
    ]),
  );
}

/** The request of a way: the model names the script that answers it. */
export function requestOf(dialect: KitDialect, caller: Caller, stream: boolean, text = `Words of ${caller.word}`, model = caller.word) {
  const name = `kit/${model}`;
  const body = dialect.requestBody(name, text, stream);
  return {
    method: dialect.method,
    path: dialect.path(name, stream),
    headers: { ...dialect.headers, ...caller.headers, ...(body === '' ? {} : { 'content-type': 'application/json' }) },
    body,
  };
}

/** Answers a caller with its own word. */
export function answering(format: UpstreamFormat, caller: Caller, stream: boolean): Script {
  const text = `Answer to ${caller.word}`;
  if (!stream || format.stream === undefined) return (call) => call.json(200, format.whole(text));
  const { beginning, pieces, end } = format.stream.frames(text.match(/.{1,5}/g) ?? []);
  return async (call) => {
    for (const frame of [beginning, ...pieces, end]) await call.write(frame);
    call.end();
  };
}

function fits(scene: Scene, dialect: KitDialect, stream: boolean): boolean {
  if (scene.onlyStream && !stream) return false;
  return !scene.upstream || dialect.upstream !== undefined;
}

function wayOf(scene: Scene, dialect: KitDialect, stream: boolean): Way {
  return {
    name: nameOf(dialect, stream, scene.name),
    dialect,
    stream,
    end: scene.end,
    async go(rig, caller) {
      const { beforeRoute } = scene;
      const script = scriptOf(scene, dialect, caller, stream);
      if (script !== undefined) rig.upstream.script(caller.word, script);
      if (beforeRoute !== undefined) rig.inner.beforeRoute = (context) => beforeRoute(context, dialect, caller);
      if (scene.refusesAtOnce) rig.inner.onRequest = refuse;
      const request = requestOf(dialect, caller, stream);
      const client = rig.send(scene.malformed ? { ...request, body: `${request.body}}` } : request);
      if (scene.leaves !== undefined) {
        await scene.leaves(rig, client);
        client.leave();
      }
      await client.done();
      return client;
    },
  };
}

function scriptOf(scene: Scene, { upstream }: KitDialect, caller: Caller, stream: boolean): Script | undefined {
  if (upstream === undefined) return undefined;
  if (scene.script !== undefined) return scene.script(upstream, caller, stream);
  return upstream.stream === undefined ? undefined : scene.streamScript?.(upstream.stream);
}

function gatewayAnswer(dialect: KitDialect): Way {
  return {
    name: nameOf(dialect, false, 'gateway answer'),
    dialect,
    stream: false,
    end: 'answer',
    async go(rig, caller) {
      const client = rig.send(requestOf(dialect, caller, false));
      await client.done();
      return client;
    },
  };
}

function ownAnswer(own: OwnAnswer, dialect: KitDialect, stream: boolean): Way {
  return {
    name: nameOf(dialect, stream, 'own answer'),
    dialect,
    stream,
    end: 'own',
    status: own.status,
    async go(rig, caller) {
      const asked: Caller = { ...caller, headers: { ...caller.headers, ...own.headers } };
      if (dialect.upstream !== undefined) rig.upstream.script(caller.word, answering(dialect.upstream, caller, stream));
      const client = rig.send(requestOf(dialect, asked, stream, own.text));
      await client.done();
      return client;
    },
  };
}

function nameOf(dialect: KitDialect, stream: boolean, scene: string): string {
  return `${modeName(dialect, stream)}, ${scene}`;
}

function neighbourAnswer(context: RoutingContext, dialect: KitDialect, caller: Caller): HookResult {
  const text = `Answer to ${caller.word}`;
  if (dialect.answersText) return context.answer({ text });
  return context.answer({ json: JSON.parse(dialect.upstream?.whole(text) ?? '{}') });
}

function refuse(): never {
  throw new GatewayError({ status: 403, code: 'KIT_REFUSED', message: 'The kit refuses this request.' });
}

/** Some text, then the upstream's error, or no more at all. */
function breaking(format: StreamFormat, withError: boolean): Script {
  const { beginning, pieces } = format.frames(['Some ', 'text ', 'arrives. ']);
  return async (call) => {
    for (const frame of [beginning, ...pieces]) await call.write(frame);
    if (withError) await call.write(format.errorFrame);
    call.cut();
  };
}

/** Some text, then silence until the caller leaves. */
function stalling(format: StreamFormat): Script {
  const { beginning, pieces } = format.frames(Array.from({ length: 32 }, () => 'Some text that arrives. '));
  return async (call) => {
    for (const frame of [beginning, ...pieces]) await call.write(frame);
    await call.gone;
  };
}
