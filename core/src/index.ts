// The application face: what a team needs to mount and configure a gateway.

export type { GatewayConfig, Limits, Timeouts } from './config.ts';
export type { GatewayPlugin } from './define-plugin.ts';
export { type ErrorType, GatewayConfigError, GatewayError, type GatewayErrorCode, type Refusal } from './errors.ts';
export type { DecisionRecord, ExplainedPlugin, ExplainedTarget, ExplainRequest } from './explain.ts';
export { aiGateway, type Gateway } from './gateway.ts';
export { type HardenOptions, harden } from './http/harden.ts';
export { type OpenAIOptions, openai } from './providers/openai/openai.ts';
export { type OpenAICompatibleOptions, openaiCompatible } from './providers/openai-compatible/openai-compatible.ts';
export { defineProvider, type Provider, type ProviderQuirks, type ProviderSpec } from './providers/provider.ts';
export type { RouteInfo } from './routes.ts';
export { AdminRoutes } from './services/admin-routes.ts';
export { CacheStore } from './services/cache-store.ts';
export { Clock } from './services/clock.ts';
export { provide, provideFactory, type ServiceProvision } from './services/container.ts';
export { CounterStore } from './services/counter-store.ts';
export { KeyStore } from './services/key-store.ts';
export { Ledger } from './services/ledger.ts';
export { Logger, type LogLevel } from './services/logger.ts';
export { ModelCatalog } from './services/model-catalog.ts';
export { PriceBook } from './services/price-book.ts';
export { Signals } from './services/signals.ts';
export { type Token, token } from './services/token.ts';
export { TokenEstimator } from './services/token-estimator.ts';
