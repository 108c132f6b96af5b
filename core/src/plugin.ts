// The author face: everything a plugin may use. A plugin package imports from here and nowhere else in the gateway.

export { z } from 'zod';
export type {
  Answer,
  AnswerBound,
  AttemptContext,
  AttemptEnd,
  ErrorAnswer,
  EventObserver,
  ExchangeContext,
  JsonAnswer,
  RequestContext,
  ResponseContext,
  RoutingContext,
  TextAnswer,
  TextEditor,
} from './context.ts';
export { SkipTarget } from './context.ts';
export type {
  FailurePolicy,
  GatewayPlugin,
  HookResult,
  PluginClassDefinition,
  PluginDefinition,
  PluginHooks,
  PluginNeed,
  PluginServices,
} from './define-plugin.ts';
export { definePlugin, PluginOptions } from './define-plugin.ts';
export { type ErrorType, GatewayConfigError, GatewayError, type Refusal } from './errors.ts';
export type { Carried, Handoff, HandoffMethod, HandoffRoute, HandoffTimeouts, Transfer } from './handoff/handoff.ts';
export { providerRefusal, type Refused } from './handoff/refused.ts';
export { clientAddress } from './http/client-address.ts';
export { type HostRequest, hostRequest } from './http/host-request.ts';
export type { PluginRoute, PluginRouteHandler, PluginRouteMethod } from './http/plugin-route.ts';
export type { BodyInspector, Proxied, ProxyMiddleware, ProxyRequest } from './http/proxied.ts';
export { reportTransfers } from './http/proxy-run.ts';
export type { AcceptOptions, DialOptions, RefusedDial, SocketEngine, UpgradeRequest } from './http/socket-engine.ts';
export type { SocketDialectId, Sockets } from './http/sockets.ts';
export type { Attachment, Call, DialectId, TextReference, TextScope } from './model/call.ts';
export type { EventText, StreamEvent } from './model/events.ts';
export type { RequestHeaders, ResponseHeaders } from './model/headers.ts';
export type { JsonObject, JsonPath, JsonValue } from './model/json.ts';
export type { Cost, Principal } from './model/principal.ts';
export type {
  AttemptKind,
  AttemptOutcome,
  AttemptRecord,
  GatewayResponse,
  JsonBody,
  OpaqueBody,
  ResponseBody,
  ResponseSource,
  StreamBody,
} from './model/response.ts';
export type { Settlement } from './model/settlement.ts';
export type { Target } from './model/target.ts';
export type { Usage } from './model/usage.ts';
export { parseOptions } from './parse-options.ts';
export { presentedCredential } from './presented-credential.ts';
export type { Credential, HeaderPairs, OutgoingRequest, Provider } from './providers/provider.ts';
export { checkedHeaders } from './providers/provider-headers.ts';
export { readJson } from './read-json.ts';
export { endpointPattern, endpointPatterns, requiredScopes, type ScopeRules } from './required-scopes.ts';
export { PeakEwma } from './resilience/peak-ewma.ts';
export { Secret } from './secret.ts';
export { type AdminActor, type AdminInput, type AdminRole, type AdminRoute, AdminRoutes } from './services/admin-routes.ts';
export { type AuditEntry, type AuditEvent, AuditLog, auditBreak, auditEntry, auditStart } from './services/audit-log.ts';
export { type BreakerNews, BreakerShare } from './services/breaker-share.ts';
export {
  type AccountPart,
  type AccountState,
  accountGraceMs,
  BudgetStore,
  checkLimits,
  checkParts,
  type HoldOutcome,
  type HoldPart,
  type SettleOutcome,
  type SpentPart,
  settledMs,
} from './services/budget-store.ts';
export { CacheStore } from './services/cache-store.ts';
export { Clock, type Timer } from './services/clock.ts';
export { inject, provide, provideFactory, type ServiceProvision } from './services/container.ts';
export { type CounterState, CounterStore, type Lease, memoryCounterStore } from './services/counter-store.ts';
export { type GuardedAnswer, GuardedFetch, type GuardedRequest } from './services/guarded-fetch.ts';
export { type KeyPage, type KeyQuery, KeyStore, type StoredKey } from './services/key-store.ts';
export { Ledger, type LedgerRow } from './services/ledger.ts';
export { Logger, type LogLevel } from './services/logger.ts';
export { ModelCatalog, type ModelFacts } from './services/model-catalog.ts';
export { type AuxiliaryAnswer, type AuxiliaryCall, Models } from './services/models.ts';
export {
  type BilledTool,
  billedTools,
  PriceBook,
  type PricedCall,
  type SpecialTokens,
  specialTokens,
  type UsageBounds,
} from './services/price-book.ts';
export { type SignalMap, Signals } from './services/signals.ts';
export { type Token, token } from './services/token.ts';
export { TokenEstimator } from './services/token-estimator.ts';
export { cost, principal, type Slot, slot } from './slot.ts';
export type { MessageSocket, SocketListener } from './sockets/message-socket.ts';
export { starPatterns } from './star-patterns.ts';
export { weakSecret } from './weak-secret.ts';
export { within } from './within.ts';
