import type { ParsedConfig } from './config.ts';
import { GatewayError } from './errors.ts';
import type { TargetReport } from './resilience/target-states.ts';
import type { RouteInfo } from './routes.ts';
import type { AdminActor, AdminRoutes } from './services/admin-routes.ts';

export interface AdminOperationParts {
  readonly config: ParsedConfig;
  readonly targets: () => readonly TargetReport[];
  readonly routes: () => readonly RouteInfo[];
}

/** What the gateway itself has to say on an admin plane, where one is mounted. */
export function addAdminOperations(operations: AdminRoutes, { config, targets, routes }: AdminOperationParts): void {
  const add = (path: string, summary: string, told: () => unknown): void =>
    operations.add({
      method: 'GET',
      path,
      role: 'viewer',
      summary,
      async handle({ actor }) {
        checkUnbound(actor);
        return told();
      },
    });
  const shown = shownConfig(config);
  add('/routes', 'Every path that the gateway answers, below its mount, and who gets in.', () => ({ routes: routes() }));
  add('/targets', 'How the targets that were asked of late do: breakers, load, latency.', () => ({ targets: targets() }));
  add('/config', 'What the gateway was built from, without secrets.', () => shown);
}

/** Whoever sees one tenant alone has no business with what all tenants share. */
function checkUnbound({ tenant }: AdminActor): void {
  if (tenant === undefined) return;
  const message = 'This concerns the whole gateway, and you are an administrator of one tenant. Ask one who is bound to none.';
  throw new GatewayError({ status: 403, code: 'ADMIN_TENANT_BOUND', message });
}

/** By name: options of providers, plugins and services may hold secrets, and none of them is asked. */
function shownConfig({ providers, models, plugins, services, ...rest }: ParsedConfig): unknown {
  const { limits, timeouts, resilience, translate, allowAnonymous, allowUnpoliced } = rest;
  return Object.freeze({
    providers: providers.map(({ name, paths, models: named }) => ({ name, dialects: Object.keys(paths), ...(named && { models: named }) })),
    models,
    plugins: plugins.map(({ name, onFailure }) => ({ name, onFailure })),
    services: services.map(({ token }) => token.name),
    translate,
    allowAnonymous,
    allowUnpoliced,
    limits,
    timeouts,
    resilience,
  });
}
