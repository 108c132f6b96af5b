import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiGateway, type Gateway, provide } from '@express-ai-gateway/core';
import { definePlugin, type GatewayPlugin, Logger, type PluginHooks } from '@express-ai-gateway/core/plugin';
import { defineProvider } from '@express-ai-gateway/core/provider';
import express from 'express';
import type { PluginRegistration } from '../registration.ts';
import { Client, type ClientRequestParts, patienceMs } from './client.ts';
import { dialects } from './dialects/all.ts';
import { type ExchangeRecord, Recorder } from './recorder.ts';
import { type Outage, spiedPlugin } from './spied-plugin.ts';
import { until } from './time.ts';
import { ScriptedUpstream, upstreamPath } from './upstream.ts';

/** The kit's provider serves every dialect as it is: nothing is translated on its way. */
const servedPaths = Object.fromEntries(dialects.flatMap(({ id, upstream }) => (upstream === undefined ? [] : [[id, upstreamPath(id)]])));

/** Who calls: a word without digits that shows up wherever the caller's data goes. */
export interface Caller {
  readonly word: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * One gateway under test: a real Express app on a loopback port, the plugin between two of the kit's own (`outer` comes
 * before it in the list, `inner` after it), a scripted upstream, real sockets.
 */
export class Rig {
  readonly upstream = new ScriptedUpstream();
  readonly recorder = new Recorder();
  readonly outage: Outage = { on: false, hits: 0 };
  /** What the neighbours do, besides writing down; set by checks. */
  readonly outer: PluginHooks = {};
  readonly inner: PluginHooks = {};
  /** The plugin's name; `undefined` in a rig without it. */
  readonly pluginName: string | undefined;

  readonly #registration: PluginRegistration;
  readonly #plugin: GatewayPlugin | undefined;
  #gateway: Gateway | undefined = undefined;
  #server: Server | undefined = undefined;
  #base = '';

  constructor(registration: PluginRegistration, withPlugin = true) {
    this.#registration = registration;
    this.#plugin = withPlugin ? spiedPlugin(registration.plugin(), this.recorder, this.outage) : undefined;
    this.pluginName = this.#plugin?.name;
  }

  async start(): Promise<void> {
    const baseUrl = await this.upstream.start();
    const { services, earlier } = this.#registration;
    this.#gateway = aiGateway({
      allowAnonymous: true,
      timeouts: { closeMs: 1_000 },
      resilience: { retries: 0, breaker: false, recovery: 'error' }, // a check looks at one try
      providers: [defineProvider({ name: 'kit', baseUrl, paths: servedPaths })],
      services: [provide(Logger, this.recorder.logger), ...(services?.() ?? [])],
      plugins: [
        ...(earlier?.() ?? []),
        this.#neighbour('outer'),
        ...(this.#plugin === undefined ? [] : [this.#plugin]),
        this.#neighbour('inner'),
      ],
    });
    await this.#gateway.ready();
    this.#server = createServer(express().use(this.#gateway));
    await new Promise<void>((resolve, reject) => {
      this.#server?.once('error', reject);
      this.#server?.listen(0, '127.0.0.1', resolve);
    });
    this.#base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get routes(): Gateway['routes'] {
    return this.#gateway?.routes ?? [];
  }

  /** A caller that no other resembles. */
  caller(): Caller {
    const word = `caller${Array.from(randomBytes(12), (byte) => String.fromCharCode(97 + (byte % 26))).join('')}`;
    return { word, headers: { authorization: `Bearer sk-${word}`, ...this.#registration.headers?.(word) } };
  }

  send(parts: ClientRequestParts): Client {
    return new Client(this.#base, parts);
  }

  /** The exchange of a request, once its way in has begun. */
  async exchange(index: number): Promise<ExchangeRecord | undefined> {
    const all = (): ExchangeRecord[] => [...this.recorder.exchanges.values()];
    await until(() => all().length > index, patienceMs);
    return all()[index];
  }

  /** Waits until every exchange so far has ended. */
  settled(): Promise<boolean> {
    return until(() => [...this.recorder.exchanges.values()].every(({ settlements }) => settlements > 0), patienceMs);
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
    await new Promise<void>((resolve) => {
      if (this.#server === undefined) resolve();
      this.#server?.close(() => resolve());
      this.#server?.closeAllConnections();
    });
    await this.upstream.close();
  }

  #neighbour(side: 'outer' | 'inner'): GatewayPlugin {
    const { recorder } = this;
    const own = this[side];
    return definePlugin({
      name: `kit-${side}`,
      create: () => ({
        onRequest: (context) => {
          if (side === 'outer') recorder.open(context);
          return own.onRequest?.(context);
        },
        beforeRoute: (context) => own.beforeRoute?.(context),
        afterResponse: (context) => {
          const record = recorder.recordOf(context);
          if (record !== undefined) record.wayOut[side] += 1;
          return own.afterResponse?.(context);
        },
      }),
    })();
  }
}

/** A rig for the time of `work`, closed whatever happens. */
export async function withRig<T>(registration: PluginRegistration, work: (rig: Rig) => Promise<T>, withPlugin = true): Promise<T> {
  const rig = new Rig(registration, withPlugin);
  try {
    await rig.start();
    return await work(rig);
  } finally {
    await rig.close();
  }
}
