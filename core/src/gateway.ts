import { ChildCalls } from './child-calls.ts';
import { type GatewayConfig, type ParsedConfig, parseConfig } from './config.ts';
import { dialects } from './dialects/all.ts';
import { isCallDialect } from './dialects/dialect.ts';
import { type DecisionRecord, type ExplainParts, type ExplainRequest, explain } from './explain.ts';
import { handoffDialects } from './handoff/check.ts';
import { HookRunner, unpoliced } from './hooks.ts';
import type { ExpressHandler, UpgradeHandler } from './http/express.ts';
import { ExpressFace } from './http/express-face.ts';
import { healthRoutes } from './http/health.ts';
import { warnOfNode } from './node-floor.ts';
import type { PipelineParts } from './pipeline.ts';
import { authenticates, buildPlugins, checkPlugins, PluginLifecycle } from './plugin-loader.ts';
import { type RouteInfo, RouteTable } from './routes.ts';
import { CacheStore } from './services/cache-store.ts';
import { Clock } from './services/clock.ts';
import { ServiceContainer } from './services/container.ts';
import { CounterStore } from './services/counter-store.ts';
import { defaultServices } from './services/defaults.ts';
import { guardedLogger, Logger } from './services/logger.ts';
import { ModelCatalog } from './services/model-catalog.ts';
import { guardedSignals, Signals } from './services/signals.ts';
import { CredentialPools } from './upstream/credential-pools.ts';
import { oncePerKey } from './upstream/idempotency.ts';
import { alongTargets, asAttempt, compose, withCredential } from './upstream/interceptors.ts';
import { KeptItems } from './upstream/kept-items.ts';
import { Router } from './upstream/router.ts';
import { send } from './upstream/send.ts';
import { sticking } from './upstream/stickiness.ts';
import { Transport } from './upstream/transport.ts';

/** An AI API gateway as an Express handler: `app.use('/ai', gateway)`. Works on Express 4 and 5. */
export interface Gateway extends ExpressHandler {
  /** Resolves when every plugin has started; requests wait for it. Rejects with why it could not start. */
  ready(): Promise<void>;
  /** Takes no new requests, waits for those under way (`timeouts.closeMs`), disposes plugins and services. Idempotent. */
  close(): Promise<void>;
  /** For `server.on('upgrade', gateway.upgrade)`: refuses upgrades of the gateway's paths; others are not touched. */
  readonly upgrade: UpgradeHandler;
  /** What would happen to a request, and why, without calling a provider. */
  explain(request: ExplainRequest): DecisionRecord;
  /** Every path the gateway answers, below its mount. */
  readonly routes: readonly RouteInfo[];
}

/** Builds a gateway. Throws `GatewayConfigError` with every problem of the config. */
export function aiGateway(config: GatewayConfig): Gateway {
  const parsed = parseConfig(config);
  const models = new ChildCalls();
  const services = new ServiceContainer([...defaultServices(models), ...parsed.services]);
  checkPlugins(parsed.plugins, services, parsed.allowAnonymous);
  const plugins = buildPlugins(parsed.plugins, services);
  const logger = guardedLogger(services.get(Logger));

  warnOfNode(process.versions.node, logger);

  const routes = new RouteTable([...dialects, ...handoffDialects(plugins, dialects)]);
  const router = new Router(parsed.providers, parsed.models, dialects.filter(isCallDialect), parsed.translate);
  const transport = new Transport({ connectMs: parsed.timeouts.connectMs, connections: parsed.limits.connections });
  const hooks = new HookRunner(plugins, logger, guardedSignals(services.get(Signals), logger));
  const unread = unpoliced(plugins, parsed.allowUnpoliced);
  const parts = { ...pipelineParts(parsed, services, router, transport, hooks, logger), unpoliced: unread };
  models.connect(parts, dialects);

  const explainParts = { routes, router, plugins, catalog: services.get(ModelCatalog), limits: parsed.limits, unpoliced: unread };
  const lifecycle = new PluginLifecycle(plugins, logger);
  const face = new ExpressFace({
    parts,
    routes,
    explain: explainParts,
    start: () => lifecycle.start(),
    stop: () => stop(lifecycle, transport, services),
  });
  return asGateway(face, routes, explainParts);
}

function pipelineParts(
  config: ParsedConfig,
  services: ServiceContainer,
  router: Router,
  transport: Transport,
  hooks: HookRunner,
  logger: Logger,
): PipelineParts {
  const { limits, timeouts, allowAnonymous } = config;
  const { firstByteMs, idleMs, totalMs } = timeouts;
  const items = new KeptItems(services.get(CacheStore), timeouts.itemsMs, limits.bodyBytes);
  const sendOptions = {
    transport,
    items,
    limits: { firstByteMs, idleMs, totalMs },
    responseBytes: limits.responseBytes,
    eventBytes: limits.eventBytes,
  };
  // The outermost is written first; resilience adds its own between the targets and the attempt.
  const sending = compose(
    [],
    asAttempt(
      (one) => hooks.attempt(one),
      (one) => send(one, sendOptions),
    ),
  );
  const signals = guardedSignals(services.get(Signals), logger);
  const credentials = new CredentialPools(config.providers, services.get(Clock));
  const idempotency = {
    cache: services.get(CacheStore),
    counters: services.get(CounterStore),
    keepMs: timeouts.idempotencyMs,
    leaseMs: 2 * totalMs,
    answerBytes: limits.idempotencyBytes,
  };
  return {
    clock: services.get(Clock),
    logger,
    router,
    late: new Set(),
    hooks,
    items,
    limits,
    timeouts,
    allowAnonymous: allowAnonymous && !config.plugins.some(authenticates),
    upstream: oncePerKey(
      idempotency,
      sticking(services.get(CacheStore), alongTargets(router, services.get(ModelCatalog), signals, withCredential(credentials, sending))),
    ),
  };
}

async function stop(lifecycle: PluginLifecycle, transport: Transport, services: ServiceContainer): Promise<void> {
  await lifecycle.dispose();
  await transport.close();
  await services.close();
}

function asGateway(face: ExpressFace, routes: RouteTable, explainParts: ExplainParts): Gateway {
  return Object.assign(face.handler, {
    ready: () => face.ready(),
    close: () => face.close(),
    upgrade: face.upgrade,
    explain: (request: ExplainRequest) => explain(explainParts, request),
    routes: [...routes.routes, ...healthRoutes],
  });
}
