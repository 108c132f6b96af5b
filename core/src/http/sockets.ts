import type { SocketEngine } from './socket-engine.ts';

/** What a plugin that brings WebSockets gives: an engine, and what is let in. */
export interface Sockets {
  readonly engine: SocketEngine;
  /** Dialects that clients may speak by WebSocket. */
  readonly dialects: readonly SocketDialectId[];
  /** Pages of which other origins may open one (`https://app.example`); the gateway's own may always. */
  readonly origins: readonly string[];
  /** Open at once. */
  readonly maxConnections: number;
  /** The same of one caller's. */
  readonly maxPerPrincipal: number;
  /** Messages of one client's that wait their turn. */
  readonly maxQueued: number;
  /** Milliseconds that a connection may last; what is under way then still ends. */
  readonly lifeMs: number;
}

export type SocketDialectId = 'openai-responses' | 'openai-realtime';
