import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

/** A message of the gateway's, and the connection that it came by. */
export interface Heard {
  readonly event: Record<string, unknown>;
  readonly socket: WebSocket;
  say(...events: readonly object[]): void;
}

export interface SimulatedSockets {
  readonly url: string;
  /** Heads of the upgrades that came. */
  readonly heads: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  readonly sockets: readonly WebSocket[];
  readonly heard: readonly Record<string, unknown>[];
  /** Bodies of requests that came as HTTP. */
  readonly posted: readonly string[];
  /** Clients that left before their upgrade was answered. */
  readonly gone: number;
}

export interface SimulatedOptions {
  /** The first words of a connection. */
  readonly hello?: readonly object[];
  readonly answer?: (heard: Heard) => void;
  /** Instead of a WebSocket: the status that an upgrade gets. */
  readonly refuse?: number | ((head: IncomingHttpHeaders) => number | undefined);
  /** An upgrade is answered once this is. */
  readonly opens?: Promise<void>;
  /** What HTTP requests get, as a stream of events. */
  readonly stream?: readonly object[];
}

/** A simulated provider that speaks WebSocket. */
export async function simulatedSockets(options: SimulatedOptions): Promise<SimulatedSockets> {
  const heads: { path: string; headers: IncomingHttpHeaders }[] = [];
  const sockets: WebSocket[] = [];
  const heard: Record<string, unknown>[] = [];
  const posted: string[] = [];
  const server = createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => {
      posted.push(Buffer.concat(pieces).toString());
      res.writeHead(options.stream === undefined ? 404 : 200, { 'content-type': 'text/event-stream' });
      res.end(
        (options.stream ?? []).map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
      );
    });
  });
  const upgrades = new WebSocketServer({ noServer: true });
  let gone = 0;
  function open(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return;
    upgrades.handleUpgrade(req, socket, head, (client) => {
      sockets.push(client);
      const say = (...events: readonly object[]): void => {
        for (const event of events) client.send(JSON.stringify(event));
      };
      say(...(options.hello ?? []));
      client.on('message', (data) => {
        const event = JSON.parse(String(data)) as Record<string, unknown>;
        heard.push(event);
        options.answer?.({ event, socket: client, say });
      });
    });
  }
  server.on('upgrade', (req, socket, head) => {
    heads.push({ path: req.url ?? '', headers: req.headers });
    const status = typeof options.refuse === 'function' ? options.refuse(req.headers) : options.refuse;
    if (status !== undefined) {
      const body = '{"error":{"message":"no sockets"}}';
      const lines = [`HTTP/1.1 ${status} No`, 'content-type: application/json', `content-length: ${body.length}`, 'connection: close'];
      socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
    } else if (options.opens !== undefined) {
      socket.on('error', () => {});
      socket.on('end', () => socket.destroy());
      socket.on('close', () => {
        gone += 1;
      });
      socket.resume();
      void options.opens.then(() => open(req, socket, head));
    } else open(req, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => closed(server, upgrades));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    heads,
    sockets,
    heard,
    posted,
    get gone() {
      return gone;
    },
  };
}

async function closed(server: Server, upgrades: WebSocketServer): Promise<void> {
  for (const socket of upgrades.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** A whole Responses answer as its events. */
export function responseEvents(id: string, text: string, store = false): object[] {
  const message = {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  const response = {
    id,
    object: 'response',
    created_at: 1,
    model: 'gpt-5',
    status: 'in_progress',
    store,
    output: [],
    parallel_tool_calls: true,
    tools: [],
  };
  const place = { item_id: message.id, output_index: 0, content_index: 0 };
  const usage = {
    input_tokens: 5,
    input_tokens_details: { cached_tokens: 2 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 8,
  };
  const events = [
    { type: 'response.created', response },
    { type: 'response.output_item.added', output_index: 0, item: { ...message, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part: { type: 'output_text', text: '', annotations: [] } },
    ...text.split(/(?<= )/).map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.output_item.done', output_index: 0, item: message },
    { type: 'response.completed', response: { ...response, status: 'completed', output: [message], usage } },
  ];
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}
