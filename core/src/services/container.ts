// tsyringe asks for the Reflect metadata API before it is first loaded, whoever loads it.
import 'reflect-metadata';
import { type DependencyContainer, injectable, instanceCachingFactory, container as root } from 'tsyringe';
import { describeReceived } from '../config-problems.ts';
import { type ConfigProblem, GatewayConfigError } from '../errors.ts';
import { within } from '../within.ts';
import { errorFields, guardedLogger, Logger } from './logger.ts';
import type { Token } from './token.ts';

/** Limit of closing one service. Milliseconds. */
const closeMs = 10_000;

// For plugin classes: from here it is loaded after the Reflect API, and is the copy that resolves them.
export { inject } from 'tsyringe';

/** One service for a gateway: a value the team owns, or a factory whose product the gateway owns and closes. */
export interface ServiceProvision {
  readonly token: Token;
  readonly make: (get: GetService) => unknown;
  /** Values belong to whoever made them; only factories' products are closed with the gateway. */
  readonly owned: boolean;
}

export type GetService = <T>(token: Token<T>) => T;

/** Gives a gateway the team's own service: `services: [provide(Logger, myLogger)]`. Closing it stays the team's job. */
export function provide<T>(token: Token<T>, service: T): ServiceProvision {
  if (service === undefined || service === null)
    throw new GatewayConfigError('A service is not usable:', [
      { path: token.name, expected: 'a service', received: describeReceived(service) },
    ]);
  checkMethods(token, service);
  return { token, make: () => service, owned: false };
}

/** Like `provide`, made on first use from other services and closed (`close()` or `dispose()`) with the gateway. */
export function provideFactory<T>(token: Token<T>, make: (get: GetService) => T): ServiceProvision {
  return { token, make, owned: true };
}

/** An object of another kind would fail at the first request that needs it, or, as a logger, never be noticed. */
function checkMethods({ name, methods = [] }: Token, service: unknown): void {
  const members = service as Readonly<Record<string, unknown>> | undefined | null;
  const problems: ConfigProblem[] = methods
    .filter((method) => typeof members?.[method] !== 'function')
    .map((method) => ({
      path: `${name}.${method}`,
      expected: 'a method (an object of another library, such as a logger of winston or pino, needs an adapter)',
      received: describeReceived(members?.[method]),
    }));
  if (problems.length > 0) throw new GatewayConfigError('A service is not usable:', problems);
}

/** The services of one gateway. Nothing is registered in tsyringe's global container, so gateways share nothing. */
export class ServiceContainer {
  readonly #container: DependencyContainer = root.createChildContainer();
  /** tsyringe does not dispose what factories made, so we remember it, in the order of making. */
  readonly #owned: { readonly name: string; readonly service: unknown }[] = [];
  /** Names of the services under way: each is made for the one before it. */
  readonly #making: string[] = [];

  constructor(provisions: readonly ServiceProvision[]) {
    for (const provision of provisions)
      this.#container.register(provision.token.symbol, { useFactory: instanceCachingFactory(() => this.#make(provision)) });
  }

  readonly get: GetService = <T>(token: Token<T>): T => this.#container.resolve<T>(token.symbol);

  has(token: Token): boolean {
    return this.#container.isRegistered(token.symbol);
  }

  /** Makes an object of a class, in a container of its own that sees these services and, before them, the given values. */
  construct<T>(type: new (...parameters: never[]) => T, given: readonly (readonly [Token, unknown])[]): T {
    const own = this.#container.createChildContainer();
    for (const [{ symbol }, value] of given) own.register(symbol, { useValue: value });
    // What `@injectable()` would do: the parameters' `inject` alone says enough.
    injectable()(type as new (...parameters: unknown[]) => T);
    return own.resolve(type as new (...parameters: unknown[]) => T);
  }

  #make({ token, make, owned }: ServiceProvision): unknown {
    const { name } = token;
    if (this.#making.includes(name)) throw new Error(`Services need each other in a circle: ${[...this.#making, name].join(' -> ')}`);
    this.#making.push(name);
    try {
      const service = make(this.get);
      checkMethods(token, service);
      if (owned) this.#owned.push({ name, service });
      return service;
    } finally {
      this.#making.pop();
    }
  }

  /** Closes what factories made, the last made first. A service that fails to close is logged and hinders no other. */
  async close(): Promise<void> {
    const logger = guardedLogger(this.get(Logger));
    for (const { name, service } of this.#owned.splice(0).reverse()) {
      try {
        await within(closeMs, closeService(service));
      } catch (error) {
        logger.log('error', `The service ${name} failed to close.`, errorFields(error));
      }
    }
  }
}

async function closeService(service: unknown): Promise<void> {
  if (typeof service !== 'object' || service === null) return;
  const { close, dispose } = service as { close?: unknown; dispose?: unknown };
  const end = typeof close === 'function' ? close : dispose;
  if (typeof end === 'function') await end.call(service);
}
