import { z } from '@express-ai-gateway/core/plugin';

const count = z.int().positive();

const originRule = 'an origin such as https://app.example';

export const webSocketOptions = z
  .strictObject({
    /** `GET /v1/realtime?model=…` */
    realtime: z.boolean().default(true),
    /** `GET /v1/responses` */
    responses: z.boolean().default(true),
    /** Origins of pages that may open one, besides the gateway's own. */
    origins: z.array(z.string().refine(isOrigin, { error: originRule })).default([]),
    /** Open at once, of all callers. */
    maxConnections: count.default(1_000),
    /** Open at once, of one caller. */
    maxPerPrincipal: count.default(100),
    /** Messages of one connection that wait their turn, Realtime answers asked for at once, refusals left unread; one more closes it. */
    maxQueued: count.default(64),
    /** Milliseconds that a connection may last. OpenAI's own end after an hour. */
    lifeMs: count.max(2_147_483_647).default(3_600_000),
    /** Milliseconds between pings; a peer that answers none until the next is gone. */
    pingMs: count.max(2_147_483_647).default(30_000),
  })
  .refine(({ realtime, responses }) => realtime || responses, { error: 'realtime or responses, or both' });

export type WebSocketOptions = z.input<typeof webSocketOptions>;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
