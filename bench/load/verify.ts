import http from 'node:http';
import { answerText, pieceText } from '../chat-wire.ts';
import type { RequestSpec } from './request.ts';

/** Reads one answer with Node's own client and looks at every word of it. Returns what is wrong, or `undefined`. */
export async function verify(spec: RequestSpec): Promise<string | undefined> {
  const { status, body } = await ask(spec);
  if (status !== spec.expected.status) return `status ${status}: ${body.slice(0, 200)}`;
  const { events: count, framing = 'data' } = spec.expected;
  const text = count === undefined ? wholeText(body) : framing === 'named' ? namedText(body) : streamText(body);
  const expected = count === undefined ? answerText : pieces(framing === 'named' ? count - 2 : count);
  if (text !== expected) return `the text ${JSON.stringify(text.slice(0, 80))} instead of ${JSON.stringify(expected.slice(0, 80))}`;
  const begin = framing === 'named' ? 'event:' : 'data:';
  const events = body.split('\n\n').filter((frame) => frame.startsWith(begin)).length;
  if (count !== undefined && events !== count) return `${events} events`;
  return undefined;
}

function wholeText(body: string): string {
  const { choices, content } = JSON.parse(body) as Whole;
  return choices?.[0]?.message.content ?? content?.[0]?.text ?? '';
}

/** The texts of a stream joined; `[DONE]` must be its last event. */
function streamText(body: string): string {
  const frames = body.split('\n\n').filter((frame) => frame.startsWith('data: '));
  if (frames.at(-1) !== 'data: [DONE]') return 'a stream that does not end with [DONE]';
  const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice(6)) as Chunk);
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}

/** The same of Anthropic's, whose events have names. */
function namedText(body: string): string {
  const events = body.split('\n\n').flatMap((frame) => /^event: (\S+)\ndata: (.*)$/.exec(frame)?.slice(1) ?? []);
  if (events.at(-2) !== 'message_stop') return 'a stream that does not end with message_stop';
  const texts = events.flatMap((one, at) => (events[at - 1] === 'content_block_delta' ? [JSON.parse(one) as Delta] : []));
  return texts.map(({ delta }) => delta.text ?? '').join('');
}

/** Of either format. */
interface Whole {
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
  readonly content?: readonly { readonly text?: string }[];
}

interface Delta {
  readonly delta: { readonly text?: string };
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
