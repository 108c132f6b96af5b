import type { Expectation } from './connection.ts';

/** A request to send over and over, and what its answer must be. */
export interface RequestSpec {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: Expectation;
}

/** What OpenAI's own client for Node (7.57.0) sends besides: every proxy has to read it, and some copy it. */
const sdkHeaders = {
  accept: 'application/json',
  'user-agent': 'OpenAI/JS 7.57.0',
  'x-stainless-retry-count': '0',
  'x-stainless-lang': 'js',
  'x-stainless-package-version': '7.57.0',
  'x-stainless-os': 'Linux',
  'x-stainless-arch': 'x64',
  'x-stainless-runtime': 'node',
  'x-stainless-runtime-version': 'v24.21.0',
  authorization: 'Bearer sk-bench-000000000000000000000000',
  'content-type': 'application/json',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'accept-encoding': 'gzip, deflate',
};

/** The request as it goes over the wire; made once. */
export function requestBytes({ port, path, headers, body }: RequestSpec): Buffer {
  const all = {
    host: `127.0.0.1:${port}`,
    connection: 'keep-alive',
    ...sdkHeaders,
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
}
