import type { z } from 'zod';
import { token } from './token.ts';

/** Who asks the admin plane. */
export interface AdminActor {
  readonly name: string;
  readonly role: AdminRole;
  /** Sees and changes what is this tenant's, and nothing else; everything when left out. */
  readonly tenant: string | undefined;
}

/** `editor` may do what `viewer` may, and change things; `admin` also what gives others power. */
export type AdminRole = 'viewer' | 'editor' | 'admin';

/** A JSON operation of the admin plane. It answers only once an `admin` plugin mounts it behind its own check. */
export interface AdminRoute<Query = unknown, Body = unknown> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the admin plane's own mount; parameters with a colon: `/keys/:id`. */
  readonly path: string;
  /** The least role that may. */
  readonly role: AdminRole;
  /** What it does, in one line, for the API's description. */
  readonly summary: string;
  /** What the audit log calls it: `keys.revoke`. Operations that only look have none. */
  readonly action?: string;
  /** Strict object schemas: unknown fields are refused. Without one there is no query, no body. */
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** What is answered, for the API's description. */
  readonly answer?: z.ZodType;
  /** The JSON of a 200, or nothing for a 204. Throw a `GatewayError` to refuse: 404 for what is another tenant's, as if it were not there. */
  readonly handle: (input: AdminInput<Query, Body>) => Promise<unknown>;
}

export interface AdminInput<Query = unknown, Body = unknown> {
  readonly actor: AdminActor;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** What the audit log should say of it besides who, what and when. */
  readonly audit: (details: {
    readonly subject?: string;
    readonly tenant?: string;
    readonly details?: Readonly<Record<string, string>>;
  }) => void;
}

/** Where plugins leave their admin operations, while they are built. */
export interface AdminRoutes {
  add<Query, Body>(route: AdminRoute<Query, Body>): void;
  list(): readonly AdminRoute[];
}

export const AdminRoutes = token<AdminRoutes>()('AdminRoutes', 'adminRoutes', ['add', 'list']);

export function collectedAdminRoutes(): AdminRoutes {
  const routes: AdminRoute[] = [];
  return {
    add(route) {
      if (routes.some((other) => other.method === route.method && other.path === route.path))
        throw new Error(`The admin route ${route.method} ${route.path} is registered twice.`);
      routes.push(Object.freeze({ ...(route as AdminRoute) }));
    },
    list: () => [...routes],
  };
}
