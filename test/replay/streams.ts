import { anthropicMessages } from '../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import type { CallDialect } from '../../core/src/dialects/dialect.ts';
import { googleGenerateContent } from '../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiCompletions } from '../../core/src/dialects/openai-completions/openai-completions.ts';
import { openaiResponses } from '../../core/src/dialects/openai-responses/openai-responses.ts';
import type { AnswerAbout, ChatTranslation } from '../../core/src/dialects/translation.ts';
import type { GatewayError } from '../../core/src/errors.ts';
import type { JsonObject } from '../../core/src/model/json.ts';
import type { Usage } from '../../core/src/model/usage.ts';
import type { ByteSink, ByteSource } from '../../core/src/upstream/reply.ts';
import { SseBody } from '../../core/src/upstream/sse-body.ts';
import { StreamTranslation } from '../../core/src/upstream/stream-translation.ts';
import { random } from '../soak/random.ts';

/** A dialect of chats, with its translation. */
export type ChatDialect = CallDialect & { readonly chat: ChatTranslation; readonly stream: NonNullable<CallDialect['stream']> };

export const chatDialects: readonly ChatDialect[] = [openaiChat, openaiResponses, anthropicMessages, googleGenerateContent].map(
  chatDialect,
);

const streamDialects: readonly CallDialect[] = [...chatDialects, openaiCompletions];

function chatDialect(dialect: CallDialect): ChatDialect {
  const { chat, stream } = dialect;
  if (chat === undefined || stream === undefined) throw new TypeError(`${dialect.id} is not translated`);
  return { ...dialect, chat, stream };
}

export function chatDialectOf(id: string): ChatDialect | undefined {
  return chatDialects.find((dialect) => dialect.id === id);
}

export function streamDialectOf(id: string): CallDialect | undefined {
  return streamDialects.find((dialect) => dialect.id === id);
}

/** What became of a stream. */
export interface Played {
  readonly text: string;
  readonly usage: Usage | undefined;
  readonly finish: string | undefined;
  readonly content: boolean;
  readonly error: GatewayError | undefined;
}

export interface PlayOptions {
  readonly from: CallDialect;
  readonly request: JsonObject;
  readonly stripUsage?: boolean;
  /** Into another dialect. */
  readonly to?: ChatDialect;
  readonly about?: AnswerAbout;
}

/** A recorded stream through the gateway's own reader, in these pieces. */
export function played(
  pieces: readonly Buffer[],
  { from, request, stripUsage = false, to, about = aboutAnswer(request) }: PlayOptions,
): Played {
  const { stream, chat } = from;
  if (stream === undefined) throw new TypeError(`${from.id} does not stream`);
  let error: GatewayError | undefined;
  const source = new Pieces(pieces);
  const body = new SseBody(source, {
    dialect: stream,
    translation:
      to === undefined || chat === undefined
        ? undefined
        : {
            stages: new StreamTranslation(stream, chat.streamReader(), to.chat.streamWriter(about)),
            to: to.stream,
            maxBytes: 32 * 1024 * 1024,
          },
    stripUsage,
    request,
    maxEventBytes: 4 * 1024 * 1024,
    now: () => 0,
    onOver: (problem) => {
      error = problem;
    },
  });
  const regions: Buffer[] = [];
  body.attach({ region: (bytes) => regions.push(bytes) > 0, end: () => {}, fail: () => {} });
  body.open();
  const { observer } = body;
  return {
    text: Buffer.concat(regions).toString(),
    usage: observer.usage(),
    finish: observer.finishReason(),
    content: observer.content,
    error,
  };
}

export function aboutAnswer(request: JsonObject): AnswerAbout {
  return { id: 'replay', created: 1_700_000_000, model: 'the-model', withUsage: true, request };
}

/** Gives its pieces to whoever attaches first, and ends. */
class Pieces implements ByteSource {
  over = false;
  readonly #pieces: readonly Buffer[];

  constructor(pieces: readonly Buffer[]) {
    this.#pieces = pieces;
  }

  attach(sink: ByteSink): void {
    if (this.over) return;
    for (const piece of this.#pieces) sink.data(piece);
    this.over = true;
    sink.end();
  }

  pause(): void {}
  resume(): void {}
  abort(): void {
    this.over = true;
  }
}

/** Ways to cut a text: nowhere, at every byte, and at so many random places. */
export function cuts(bytes: Buffer, ways: number, seed: number): Buffer[][] {
  const chance = random(seed, 2);
  const cut = (): Buffer[] => {
    const places = Array.from({ length: 1 + chance.below(40) }, () => chance.below(bytes.length + 1)).sort((one, other) => one - other);
    return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
  };
  return [...Array.from({ length: ways }, cut), Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))];
}
