import http from 'node:http';
import { answerText, pieceText } from '../chat-wire.ts';
import type { RequestSpec } from './request.ts';

/** Reads one answer with Node's own client and looks at every word of it. Returns what is wrong, or `undefined`. */
export async function verify(spec: RequestSpec): Promise<string | undefined> {
  const { status, body } = await ask(spec);
  if (status !== spec.expected.status) return `status ${status}: ${body.slice(0, 200)}`;
  const text = spec.expected.events === undefined ? wholeText(body) : streamText(body);
  const expected = spec.expected.events === undefined ? answerText : pieces(spec.expected.events);
  if (text !== expected) return `the text ${JSON.stringify(text.slice(0, 80))} instead of ${JSON.stringify(expected.slice(0, 80))}`;
  const events = body.split('\n\n').filter((frame) => frame.startsWith('data:')).length;
  if (spec.expected.events !== undefined && events !== spec.expected.events) return `${events} events`;
  return undefined;
}

function wholeText(body: string): string {
  const { choices } = JSON.parse(body) as { choices: readonly { message: { content: string } }[] };
  return choices[0]?.message.content ?? '';
}

/** The texts of a stream joined; `[DONE]` must be its last event. */
function streamText(body: string): string {
  const frames = body.split('\n\n').filter((frame) => frame.startsWith('data: '));
  if (frames.at(-1) !== 'data: [DONE]') return 'a stream that does not end with [DONE]';
  const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice(6)) as Chunk);
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

function pieces(events: number): string {
  return Array.from({ length: events - 3 }, (_, index) => pieceText(index + 1)).join('');
}

function ask({ port, path, headers, body }: RequestSpec): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, path, method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } },
      (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (part: string) => {
          text += part;
        });
        res.on('error', reject);
        res.on('end', () => resolve({ status: res.statusCode as number, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
