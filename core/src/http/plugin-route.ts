import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExpressNext } from './express.ts';

/** A path that a plugin answers itself, beside the calls: an admin plane, a page, metrics. Not for calls: no hook sees its requests. */
export interface PluginRoute {
  /** `HEAD` comes with `GET`. */
  readonly method: PluginRouteMethod;
  /** Below the gateway's mount; a single `*` stands for one or more characters, slashes among them. */
  readonly path: string;
  /** Who gets in. `admin`: the handler lets in nobody but administrators; `public`: everybody. Stands in `gateway.routes`, where tests walk it. */
  readonly access: 'admin' | 'public';
  /** As one of Express; `req.url` is below the gateway's mount. What it throws is logged and becomes a 500. */
  readonly handler: PluginRouteHandler;
}

export type PluginRouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type PluginRouteHandler = (req: IncomingMessage, res: ServerResponse, next: ExpressNext) => unknown;
