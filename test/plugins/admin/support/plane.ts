import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { definePlugin, type GatewayPlugin } from '../../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../../core/src/errors.ts';
import { z } from '../../../../core/src/plugin.ts';
import { type AdminActor, AdminRoutes } from '../../../../core/src/services/admin-routes.ts';
import { AuditLog, type AuditLog as Log, memoryAuditLog } from '../../../../core/src/services/audit-log.ts';
import { Clock } from '../../../../core/src/services/clock.ts';
import { provide } from '../../../../core/src/services/container.ts';
import type { AdminOptions } from '../../../../plugins/admin/src/options.ts';
import { admin } from '../../../../plugins/admin/src/plugin.ts';
import { running } from '../../../core/harness/loopback.ts';
import { manualClock } from '../../../core/harness/manual-clock.ts';

/** Nobody's but these tests': each made by chance, once. */
export const secrets = {
  root: 'Jq7vXw2LrT9bKz4mYc8dPf3hNs6gQa1e',
  viewer: 'Ub5nRk8sWx1cVj7tGy2hMz9qLd4fPe6a',
  editor: 'Xd3gHj6kLq9wEr2tYu5iOp8aSz1cVb4n',
  ofA: 'Mn2bVc5xZl8kJh1gFd4sAq7wEr9tYu3i',
} as const;

export const admins: AdminOptions = {
  secret: secrets.root,
  admins: [
    { name: 'vera', secret: secrets.viewer, role: 'viewer' },
    { name: 'ed', secret: secrets.editor, role: 'editor' },
    { name: 'ann', secret: secrets.ofA, role: 'editor', tenant: 'a' },
  ],
};

/** What the operation `thing` was asked. */
export interface Asked {
  readonly actor: AdminActor;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
}

/** A plugin with operations of every kind. */
export function things(asked: Asked[]): GatewayPlugin {
  const things = new Map([
    ['1', { id: '1', tenant: 'a' }],
    ['2', { id: '2', tenant: 'b' }],
  ]);
  const found = (id: string | undefined, { tenant }: AdminActor) => {
    const thing = things.get(id ?? '');
    if (thing === undefined || (tenant !== undefined && thing.tenant !== tenant))
      throw new GatewayError({ status: 404, code: 'THING_UNKNOWN', message: 'There is no such thing.' });
    return thing;
  };
  return definePlugin({
    name: 'things',
    requires: [AdminRoutes],
    create(_options, { adminRoutes }) {
      adminRoutes.add({
        method: 'GET',
        path: '/things/:id',
        role: 'viewer',
        summary: 'Shows a thing.',
        query: z.strictObject({ full: z.enum(['yes', 'no']).optional() }),
        async handle({ actor, params, query, body }) {
          asked.push({ actor, params, query, body });
          return found(params.id, actor);
        },
      });
      adminRoutes.add({
        method: 'PATCH',
        path: '/things/:id',
        role: 'editor',
        action: 'things.update',
        summary: 'Changes a thing.',
        body: z.strictObject({ label: z.string().max(10) }),
        async handle({ actor, params, query, body, audit }) {
          audit({ subject: params.id as string, details: { label: 'changed' } });
          asked.push({ actor, params, query, body });
          return found(params.id, actor);
        },
      });
      adminRoutes.add({
        method: 'POST',
        path: '/things/:id/break',
        role: 'admin',
        action: 'things.break',
        summary: 'Fails.',
        handle: () => Promise.reject(new Error('the inner words of a failure')),
      });
      adminRoutes.add({
        method: 'DELETE',
        path: '/things/:id',
        role: 'admin',
        action: 'things.delete',
        summary: 'Does it.',
        handle: async () => undefined,
      });
      return {};
    },
  })();
}

/** A gateway with an admin plane; the plugin with the things stands below it. */
export async function plane(options: AdminOptions = admins, log: Log = memoryAuditLog(), more: readonly GatewayPlugin[] = []) {
  const asked: Asked[] = [];
  const clock = manualClock();
  const run = await running('http://127.0.0.1:1', {
    plugins: [admin(options), things(asked), ...more],
    services: [provide(AuditLog, log), provide(Clock, clock)],
  });
  const ask = (what: string, { as = secrets.root, ...request }: AskOptions = {}): Promise<Told> => {
    const [method, path] = what.split(' ') as [string, string];
    const headers = { ...(as !== null && { authorization: `Bearer ${as}` }), ...request.headers };
    return told(method, `${run.url}/admin${path}`, headers, request.body);
  };
  return { ...run, asked, ask, log, clock };
}

export interface AskOptions {
  /** `null`: nobody. */
  readonly as?: string | null;
  readonly headers?: OutgoingHttpHeaders;
  /** An object goes as JSON. */
  readonly body?: object | string;
}

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, which tests look into.
  readonly json: any;
}

/** One request on a connection of its own. */
export function told(method: string, url: string, headers: OutgoingHttpHeaders, body?: object | string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const type = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const request = http.request(url, { method, agent: false, headers: { ...type, ...headers } }, (res) => {
      let answer = '';
      res.setEncoding('utf8').on('data', (data: string) => {
        answer += data;
      });
      res.on('close', () => {
        const isJson = res.headers['content-type']?.includes('json') === true && answer !== '';
        resolve({ status: res.statusCode as number, headers: res.headers, text: answer, json: isJson ? JSON.parse(answer) : undefined });
      });
    });
    request.on('error', reject).end(text);
  });
}
