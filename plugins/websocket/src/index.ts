export { type WebSocketOptions, webSocketOptions } from './options.ts';
export { webSocket as default, webSocket } from './plugin.ts';
