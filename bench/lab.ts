import { join } from 'node:path';
import { answerText, chatRequest, type StreamShape } from './chat-wire.ts';
import type { Contender } from './contenders.ts';
import type { RequestSpec } from './load/request.ts';
import type { LoadApi } from './load.ts';
import type { Machine } from './machine.ts';
import { messageEvents, messagesRequest } from './messages-wire.ts';
import type { ProbeApi, ServerReady, Usage } from './probe.ts';
import { type Handlers, Remote } from './rpc.ts';
import type { UpstreamApi } from './upstream.ts';

/** A contender that runs: where it listens, and what it used. */
export interface Running {
  readonly contender: Contender;
  readonly port: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** The processes of a run: upstream and load generator on one CPU, the contenders on the other. */
export class Lab {
  readonly load: Remote<LoadApi, null>;
  readonly upstream: Remote<UpstreamApi, ServerReady>;
  readonly machine: Machine;
  readonly #running = new Map<string, Running>();

  private constructor(machine: Machine, upstream: Remote<UpstreamApi, ServerReady>, load: Remote<LoadApi, null>) {
    this.machine = machine;
    this.upstream = upstream;
    this.load = load;
  }

  static async open(machine: Machine): Promise<Lab> {
    const cpu = machine.cpus?.load;
    const upstream = await Remote.start<UpstreamApi, ServerReady>(file('upstream.ts'), { cpu });
    const load = await Remote.start<LoadApi, null>(file('load.ts'), { cpu });
    return new Lab(machine, upstream, load);
  }

  get upstreamOrigin(): string {
    return `http://127.0.0.1:${this.upstream.ready.port}`;
  }

  /** The contender, started once and kept. */
  async running(contender: Contender): Promise<Running> {
    let running = this.#running.get(contender.name);
    if (running === undefined) {
      running = await this.fresh(contender);
      this.#running.set(contender.name, running);
    }
    return running;
  }

  /** The contender in a process that served nobody yet. Whoever asks stops it. */
  async fresh(contender: Contender): Promise<Running> {
    if (contender.file === undefined) {
      return { contender, port: this.upstream.ready.port, usage: () => this.upstream.call('usage'), stop: async () => {} };
    }
    const args = [this.upstreamOrigin, ...(contender.args ?? [])];
    const remote = await Remote.start<ProbeApi & Handlers, ServerReady>(file(contender.file), { cpu: this.machine.cpus?.contender, args });
    return { contender, port: remote.ready.port, usage: () => remote.call('usage'), stop: () => remote.stop() };
  }

  /** A chat request to a contender, and what must come back. */
  request({ contender, port }: Running, bytes: number, stream?: StreamShape): RequestSpec {
    const isChat = contender.speaks !== 'messages';
    const shape = { bytes, ...(stream && { stream }) };
    const events = stream && (isChat ? stream.events : messageEvents(stream.events));
    return {
      port,
      path: contender.path,
      headers: contender.headers?.(this.upstreamOrigin) ?? {},
      body: isChat ? chatRequest(shape) : messagesRequest(shape),
      expected: { status: 200, ...(events === undefined ? { contains: answerText } : { events, framing: isChat ? 'data' : 'named' }) },
    };
  }

  /** Looks closely at one answer; throws when the contender does not do its work. */
  async verify(running: Running, bytes: number, stream?: StreamShape): Promise<void> {
    const wrong = await this.load.call('verify', this.request(running, bytes, stream));
    if (wrong !== null) throw new Error(`${running.contender.name} does not answer as it should: ${wrong}`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values(), this.load, this.upstream].map((one) => one.stop()));
  }
}

function file(name: string): string {
  return join(import.meta.dirname, name);
}
