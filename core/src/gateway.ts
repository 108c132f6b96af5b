import { addAdminOperations } from './admin-operations.ts';
import { ChildCalls } from './child-calls.ts';
import { type GatewayConfig, type ParsedConfig, parseConfig } from './config.ts';
import { dialects } from './dialects/all.ts';
import { isCallDialect } from './dialects/dialect.ts';
import { type DecisionRecord, type ExplainParts, type ExplainRequest, explain } from './explain.ts';
import { handoffDialects } from './handoff/check.ts';
import { HookRunner, type LoadedPlugin, unpoliced } from './hooks.ts';
import type { ExpressHandler, UpgradeHandler } from './http/express.ts';
import { ExpressFace } from './http/express-face.ts';
import { healthRoutes } from './http/health.ts';
import { PluginRoutes } from './http/plugin-routes.ts';
import { SocketFace } from './http/socket-face.ts';
import { warnOfNode } from './node-floor.ts';
import type { PipelineParts } from './pipeline.ts';
import { authenticates, buildPlugins, checkPlugins, PluginLifecycle } from './plugin-loader.ts';
import { Settings } from './resilience/settings.ts';
import { type TargetReport, TargetStates } from './resilience/target-states.ts';
import { type RouteInfo, RouteTable } from './routes.ts';
import { AdminRoutes } from './services/admin-routes.ts';
import { BreakerShare } from './services/breaker-share.ts';
import { CacheStore } from './services/cache-store.ts';
import { Clock } from './services/clock.ts';
import { ServiceContainer } from './services/container.ts';
import { CounterStore } from './services/counter-store.ts';
import { defaultServices } from './services/defaults.ts';
import { guardedLogger, Logger } from './services/logger.ts';
import { ModelCatalog } from './services/model-catalog.ts';
import { guardedSignals, Signals } from './services/signals.ts';
import { TokenEstimator } from './services/token-estimator.ts';
import { socketRoutes, socketsOf } from './sockets/routes.ts';
import { asAttempt } from './upstream/as-attempt.ts';
import { CredentialPools } from './upstream/credential-pools.ts';
import { oncePerKey } from './upstream/idempotency.ts';
import { KeptItems } from './upstream/kept-items.ts';
import { reporting } from './upstream/reporting.ts';
import { Router } from './upstream/router.ts';
import { send } from './upstream/send.ts';
import { sticking } from './upstream/stickiness.ts';
import { Transport } from './upstream/transport.ts';
import { travelling } from './upstream/travel.ts';

/** An AI API gateway as an Express handler: `app.use('/ai', gateway)`. Works on Express 4 and 5. */
export interface Gateway extends ExpressHandler {
  /** Resolves when every plugin has started; requests wait for it. Rejects with why it could not start. */
  ready(): Promise<void>;
  /** Takes no new requests, waits for those under way (`timeouts.closeMs`), disposes plugins and services. Idempotent. */
  close(): Promise<void>;
  /**
   * For `server.on('upgrade', gateway.upgrade)`: opens WebSockets where a plugin brought them, and refuses other upgrades of the
   * gateway's paths; those of others are not touched.
   */
  readonly upgrade: UpgradeHandler;
  /** What would happen to a request, and why, without calling a provider. */
  explain(request: ExplainRequest): DecisionRecord;
  /** How the targets that were asked of late do: breakers, load, latency. Plain data of this process. */
  health(): readonly TargetReport[];
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
  const credentials = new CredentialPools(parsed.providers, services.get(Clock));
  const parts = { ...pipelineParts(parsed, services, router, transport, credentials, hooks, logger), unpoliced: unread };
  models.connect(parts, dialects);

  const explainParts = {
    routes,
    router,
    plugins,
    catalog: services.get(ModelCatalog),
    estimator: services.get(TokenEstimator),
    limits: parsed.limits,
    unpoliced: unread,
    states: parts.states,
  };
  const lifecycle = new PluginLifecycle(plugins, logger);
  const sockets = socketFace(plugins, parsed, parts, credentials, transport);
  const answered = [...routes.routes, ...(sockets?.routes ?? []), ...healthRoutes];
  const health = () => parts.states.report();
  addAdminOperations(services.get(AdminRoutes), { config: parsed, targets: health, routes: () => everyRoute });
  const pluginRoutes = new PluginRoutes(plugins, answered, logger);
  const everyRoute = [...answered, ...pluginRoutes.routes];
  const face = new ExpressFace({
    parts,
    routes,
    explain: explainParts,
    sockets,
    pluginRoutes,
    start: () => lifecycle.start(),
    stop: () => {
      parts.stopHearing();
      return stop(lifecycle, transport, services);
    },
  });
  return asGateway(face, everyRoute, explainParts, health);
}

function pipelineParts(
  config: ParsedConfig,
  services: ServiceContainer,
  router: Router,
  transport: Transport,
  credentials: CredentialPools,
  hooks: HookRunner,
  logger: Logger,
): PipelineParts & { readonly states: TargetStates; readonly stopHearing: () => void } {
  const { limits, timeouts, allowAnonymous, resilience } = config;
  const clock = services.get(Clock);
  const { firstByteMs, idleMs, totalMs } = timeouts;
  const items = new KeptItems(services.get(CacheStore), timeouts.itemsMs, limits.bodyBytes);
  const sendOptions = {
    transport,
    items,
    limits: { firstByteMs, idleMs, totalMs },
    responseBytes: limits.responseBytes,
    eventBytes: limits.eventBytes,
  };
  const signals = guardedSignals(services.get(Signals), logger);
  const settings = new Settings(resilience);
  const shared = services.get(BreakerShare);
  const states = new TargetStates(clock, {
    settings,
    connections: limits.connections,
    changed: (change) => {
      signals.emit('breaker', change);
      const { target, from, to } = change;
      if (to === 'closed' || (to === 'open' && from === 'closed')) shared.tell({ target, state: to });
    },
    configured: new Set(router.offered.map(({ id }) => id)),
  });
  const stopHearing = shared.listen((news) => states.hear(news));
  const travel = travelling(
    {
      states,
      settings,
      signals,
      router,
      credentials,
      clock,
      catalog: services.get(ModelCatalog),
      estimator: services.get(TokenEstimator),
      totalMs,
    },
    asAttempt(
      (one) => hooks.attempt(one),
      (one) => send(one, sendOptions),
    ),
  );
  const idempotency = {
    cache: services.get(CacheStore),
    counters: services.get(CounterStore),
    keepMs: timeouts.idempotencyMs,
    leaseMs: 2 * totalMs,
    answerBytes: limits.idempotencyBytes,
  };
  return {
    clock,
    logger,
    router,
    states,
    stopHearing,
    late: new Set(),
    hooks,
    items,
    limits,
    timeouts,
    allowAnonymous: allowAnonymous && !config.plugins.some(authenticates),
    upstream: oncePerKey(idempotency, sticking(services.get(CacheStore), reporting(travel))),
  };
}

/** WebSockets, where one plugin brought them. */
function socketFace(
  plugins: readonly LoadedPlugin[],
  { limits, timeouts }: ParsedConfig,
  parts: PipelineParts,
  credentials: CredentialPools,
  transport: Transport,
): SocketFace | undefined {
  const sockets = socketsOf(plugins);
  if (sockets === undefined) return undefined;
  const { router, unpoliced = [] } = parts;
  const routes = socketRoutes(sockets, { limits, timeouts, router, credentials, transport, unpoliced });
  return new SocketFace({ sockets, routes, parts, messageBytes: limits.bodyBytes });
}

async function stop(lifecycle: PluginLifecycle, transport: Transport, services: ServiceContainer): Promise<void> {
  await lifecycle.dispose();
  await transport.close();
  await services.close();
}

function asGateway(
  face: ExpressFace,
  routes: readonly RouteInfo[],
  explainParts: ExplainParts,
  health: () => readonly TargetReport[],
): Gateway {
  return Object.assign(face.handler, {
    ready: () => face.ready(),
    close: () => face.close(),
    upgrade: face.upgrade,
    explain: (request: ExplainRequest) => explain(explainParts, request),
    health,
    routes,
  });
}
