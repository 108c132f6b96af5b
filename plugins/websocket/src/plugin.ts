import { Clock, definePlugin, type SocketDialectId } from '@express-ai-gateway/core/plugin';
import { WsEngine } from './engine.ts';
import { webSocketOptions } from './options.ts';

/** WebSockets for clients of OpenAI's Realtime and Responses, by `ws`. */
export const webSocket = definePlugin({
  name: 'websocket',
  options: webSocketOptions,
  requires: [Clock],
  create: ({ realtime, responses, pingMs, ...sockets }, { clock }) => {
    const dialects: SocketDialectId[] = [];
    if (realtime) dialects.push('openai-realtime');
    if (responses) dialects.push('openai-responses');
    return {
      sockets: { ...sockets, dialects, engine: new WsEngine({ clock, pingMs }) },
      explain: () => `takes WebSockets of ${dialects.join(' and ')}`,
    };
  },
});
