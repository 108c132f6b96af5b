import { token } from './token.ts';

/** A JSON operation for the admin plane. It answers only once an `admin` plugin mounts it behind its own check. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the admin plane's own mount, e.g. `/keys/:id`. */
  readonly path: string;
  readonly role: 'viewer' | 'editor';
  readonly handle: (input: { readonly params: Readonly<Record<string, string>>; readonly body: unknown }) => Promise<unknown>;
}

/** Where plugins leave their admin operations. */
export interface AdminRoutes {
  add(route: AdminRoute): void;
  list(): readonly AdminRoute[];
}

export const AdminRoutes = token<AdminRoutes>()('AdminRoutes', 'adminRoutes', ['add', 'list']);

export function collectedAdminRoutes(): AdminRoutes {
  const routes: AdminRoute[] = [];
  return {
    add(route) {
      if (routes.some((other) => other.method === route.method && other.path === route.path))
        throw new Error(`The admin route ${route.method} ${route.path} is registered twice.`);
      routes.push(Object.freeze({ ...route }));
    },
    list: () => [...routes],
  };
}
