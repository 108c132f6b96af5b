// The same as chat-wire.ts, as Anthropic's Messages: the same texts in as many pieces.

import { answerText, type ChatShape, chatRequest, pieceText } from './chat-wire.ts';

/** The request of `chatRequest`, as a client of Anthropic's writes it: the last turn is the user's. */
export function messagesRequest(shape: ChatShape): string {
  const { model, user, stream, messages } = JSON.parse(chatRequest(shape)) as ChatBody;
  const turns = messages.slice(0, messages.length - ((messages.length + 1) % 2));
  return JSON.stringify({ model, metadata: { user_id: user }, ...(stream === true && { stream }), max_tokens: 500, messages: turns });
}

interface ChatBody {
  readonly model: string;
  readonly user: string;
  readonly stream?: boolean;
  readonly messages: readonly object[];
}

const message = { id: 'msg_bench0123456789abcdefghij', type: 'message', role: 'assistant', model: 'claude-bench-2025-08-07' };
const input = { input_tokens: 211, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

/** A whole answer of about 1 KB. */
export const wholeMessage: Buffer = Buffer.from(
  JSON.stringify({
    ...message,
    content: [{ type: 'text', text: answerText }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { ...input, output_tokens: 120, service_tier: 'standard' },
  }),
);

/** How many events the stream has whose chat counterpart has `events`. */
export function messageEvents(events: number): number {
  return events + 2;
}

/** The stream of `streamFrames`: beginning, block, texts, and their three ends. */
export function messageFrames(events: number): Buffer[] {
  const texts = Array.from({ length: events - 3 }, (_, index) =>
    frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: pieceText(index + 1) } }),
  );
  return [
    frame('message_start', {
      message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage: { ...input, output_tokens: 1 } },
    }),
    frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...texts,
    frame('content_block_stop', { index: 0 }),
    frame('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 120 } }),
    frame('message_stop', {}),
  ];
}

function frame(type: string, data: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}
