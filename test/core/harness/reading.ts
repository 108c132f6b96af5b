import http from 'node:http';
import { onTestFinished } from 'vitest';

/** An answer that is read while it comes. */
export interface Reading {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Names and values in turn, as they were on the wire. */
  readonly rawHeaders: readonly string[];
  /** What has come so far. */
  readonly text: string;
  /** Resolves once so much has come that it holds this; rejects when the answer is over without it. */
  until(part: string): Promise<void>;
  /** The answer is over: whether its connection broke before its end. */
  readonly over: Promise<{ readonly text: string; readonly broken: boolean }>;
  /** Takes nothing more, and stays. */
  stopReading(): void;
  goOn(): void;
  leave(): void;
}

/** One POST on a connection of its own, as soon as its head has come. */
export function reading(url: string, body: object, headers: http.OutgoingHttpHeaders = {}): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } });
    onTestFinished(() => void request.destroy());
    request.on('error', reject);
    request.on('response', (res) => resolve(readingOf(request, res)));
    request.end(JSON.stringify(body));
  });
}

function readingOf(request: http.ClientRequest, res: http.IncomingMessage): Reading {
  let text = '';
  const watchers = new Set<(data: string) => void>();
  res.setEncoding('utf8');
  res.on('data', (data: string) => {
    text += data;
    for (const watch of watchers) watch(data);
  });
  res.on('error', () => {}); // the close tells
  const over = new Promise<{ text: string; broken: boolean }>((resolve) => {
    res.on('close', () => resolve({ text, broken: !res.complete }));
  });
  const until = (part: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let seen = ''; // an answer may be long: each piece is looked through once
      const watch = (data: string): void => {
        seen += data;
        if (seen.includes(part)) {
          watchers.delete(watch);
          resolve();
        } else seen = seen.slice(Math.max(0, seen.length - part.length));
      };
      watchers.add(watch);
      watch(text);
      void over.then(() => reject(new Error(`the answer is over without ${JSON.stringify(part)}: …${JSON.stringify(text.slice(-1_000))}`)));
    });
  return {
    status: res.statusCode as number,
    headers: res.headers,
    rawHeaders: res.rawHeaders,
    get text() {
      return text;
    },
    until,
    over,
    stopReading: () => void res.pause(),
    goOn: () => void res.resume(),
    leave: () => void request.destroy(),
  };
}
