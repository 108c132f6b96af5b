import type { Clock, RefusedDial } from '@express-ai-gateway/core/plugin';

/** Bytes of a refusal's body that are read. */
const maxBytes = 64 * 1024;

/** Milliseconds for them. */
const bodyMs = 1_000;

/** An answer that is no upgrade, as far as it is needed: of Node's `IncomingMessage`. */
export interface PlainAnswer extends AsyncIterable<Buffer> {
  readonly statusCode?: number | undefined;
  readonly headers: RefusedDial['headers'];
  destroy(): unknown;
}

/** What an upstream answered instead of opening a WebSocket. Never rejects: its words are worth no error of their own. */
export async function refusedDial(answer: PlainAnswer, clock: Clock): Promise<RefusedDial> {
  const pieces: Buffer[] = [];
  let length = 0;
  const limit = clock.after(bodyMs, () => answer.destroy());
  try {
    for await (const piece of answer) {
      length += piece.length;
      if (length > maxBytes) break;
      pieces.push(piece);
    }
  } catch {
    // Cut off: what came is all there is.
  } finally {
    limit.cancel();
  }
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(pieces) };
}
