import type { GatewayPlugin } from '@express-ai-gateway/core/plugin';

/** A plugin under a longer name: a list may hold each name once, and several experiments may run side by side. */
export function named(plugin: GatewayPlugin, own: string): GatewayPlugin {
  return Object.freeze({ ...plugin, name: `${plugin.name}.${own}` });
}
