import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiGateway, type Gateway, Logger, type Provider, provide } from '@express-ai-gateway/core';
import express from 'express';
import { Client, type ClientAnswer } from '../../rig/client.ts';
import { Recorder } from '../../rig/recorder.ts';
import { modelOf, type ProviderRegistration } from '../provider-registration.ts';
import { alias, type KitCall } from './calls.ts';

/** What reached the provider's place. */
export interface SentRequest {
  readonly path: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** How the server in the provider's place answers. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * A gateway with one provider, in front of a server of the kit's in the provider's place: the value is the provider's own
 * but for its origin. The server always answers with an error; what counts is what reached it.
 */
export class ProviderRig {
  readonly sent: SentRequest[] = [];
  readonly recorder = new Recorder();
  answer: ErrorAnswer = { status: 400, body: '{"error":{"message":"The kit refuses everything."}}' };
  readonly #servers: Server[] = [];
  #gateway: Gateway | undefined = undefined;
  #base = '';

  async start(registration: ProviderRegistration): Promise<void> {
    const provider = registration.provider();
    const origin = await this.#listen((req, res) => {
      void readAll(req).then((body) => {
        this.sent.push({ path: req.url ?? '', rawHeaders: req.rawHeaders, body });
        res.writeHead(this.answer.status, { 'content-type': 'application/json' }).end(this.answer.body);
      });
    });
    const elsewhere: Provider = Object.freeze({ ...provider, origin });
    this.#gateway = aiGateway({
      allowAnonymous: true,
      timeouts: { closeMs: 1_000 },
      resilience: { retries: 0, breaker: false, recovery: 'error' }, // a check looks at one try
      providers: [elsewhere],
      models: { [alias]: [`${provider.name}/${modelOf(registration, provider)}`] },
      services: [provide(Logger, this.recorder.logger)],
    });
    await this.#gateway.ready();
    this.#base = await this.#listen(express().use(this.#gateway));
  }

  send({ path, body }: KitCall): Promise<ClientAnswer> {
    const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    return new Client(this.#base, { method: 'POST', path, headers, body }).done();
  }

  /** What reached the provider's place for a call. */
  async sentFor(call: KitCall): Promise<SentRequest | undefined> {
    const before = this.sent.length;
    await this.send(call);
    return this.sent[before];
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
    for (const server of this.#servers)
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
  }

  async #listen(handler: RequestListener): Promise<string> {
    const server = createServer(handler);
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

/** A rig for the time of `work`, closed whatever happens. */
export async function withProvider<T>(registration: ProviderRegistration, work: (rig: ProviderRig) => Promise<T>): Promise<T> {
  const rig = new ProviderRig();
  try {
    await rig.start(registration);
    return await work(rig);
  } finally {
    await rig.close();
  }
}

async function readAll(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
