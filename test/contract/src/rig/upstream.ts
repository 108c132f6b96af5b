import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that reached the upstream, and the pen for its answer. */
export interface UpstreamCall {
  /** As the path says it: see `upstreamPath`. */
  readonly model: string;
  readonly body: Buffer;
  /** When the caller left before the answer was complete, by `performance.now()`. */
  readonly leftAt: number | undefined;
  json(status: number, text: string): void;
  /** Resolves when the bytes were handed over, or nobody wants them. */
  write(bytes: string | Buffer): Promise<void>;
  end(): void;
  cut(): void;
  /** Resolves when the caller leaves. */
  readonly gone: Promise<void>;
}

export type Script = (call: UpstreamCall) => void | Promise<void>;

/** Where the kit's upstream serves a dialect: with the model in the path, for not every format has it in its body. */
export function upstreamPath(dialect: string): string {
  return `/${dialect}/{model}`;
}

const maxBodyBytes = 1024 * 1024;

/**
 * A provider on a loopback port that answers by script, one script per model, so that a check decides which byte comes
 * when. (The simulated provider invents answers and keeps its own time.)
 */
export class ScriptedUpstream {
  readonly calls: UpstreamCall[] = [];
  readonly #scripts = new Map<string, Script>();
  readonly #server: Server = createServer((req, res) => {
    this.#serve(req, res).catch(() => res.destroy());
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** How calls for this model are answered from now on. */
  script(model: string, script: Script): void {
    this.#scripts.set(model, script);
  }

  callFor(model: string): UpstreamCall | undefined {
    return this.calls.find((call) => call.model === model);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await readAll(req);
    const model = decodeURIComponent(req.url?.split('/').at(-1) ?? '');
    const call = upstreamCall(model, body, res);
    this.calls.push(call);
    const script = this.#scripts.get(model);
    if (script === undefined) call.json(404, JSON.stringify({ error: { message: `no script for ${model}` } }));
    else await script(call);
  }
}

function upstreamCall(model: string, body: Buffer, res: ServerResponse): UpstreamCall {
  let leftAt: number | undefined;
  const gone = new Promise<void>((resolve) => {
    res.once('close', () => {
      if (res.writableFinished) return;
      leftAt = performance.now();
      resolve();
    });
  });
  return {
    model,
    body,
    gone,
    get leftAt() {
      return leftAt;
    },
    json: (status, text) => void res.writeHead(status, { 'content-type': 'application/json' }).end(text),
    write: (bytes) => writeAll(res, bytes),
    end: () => void res.end(),
    cut: () => void res.destroy(),
  };
}

function writeAll(res: ServerResponse, bytes: string | Buffer): Promise<void> {
  if (!res.headersSent) {
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    res.socket?.setNoDelay(true);
  }
  return new Promise((resolve) => {
    if (res.destroyed) resolve();
    else res.write(bytes, () => resolve());
  });
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of req) {
    length += (part as Buffer).length;
    if (length > maxBodyBytes) throw new Error('The body is larger than any the kit sends.');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
