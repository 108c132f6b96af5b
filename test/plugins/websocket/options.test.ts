import { describe, expect, it } from 'vitest';
import { webSocketOptions } from '../../../plugins/websocket/src/options.ts';

describe('webSocketOptions', () => {
  it.each([
    [{ realtime: false, responses: false }],
    [{ origins: ['https://app.example/'] }],
    [{ origins: ['https://app.example/path'] }],
    [{ origins: ['app.example'] }],
    [{ origins: ['*'] }],
    [{ origins: ['null'] }],
    [{ maxConnections: 0 }],
    [{ maxPerPrincipal: 1.5 }],
    [{ maxQueued: -1 }],
    [{ lifeMs: 2_147_483_648 }],
    [{ pingMs: 2_147_483_648 }],
    [{ other: true }],
  ])('refuse %j', (options) => {
    expect(webSocketOptions.safeParse(options).success).toBe(false);
  });

  it.each([
    [{ realtime: false }],
    [{ responses: false }],
    [{ origins: ['https://app.example', 'http://localhost:3000'] }],
    [{ lifeMs: 2_147_483_647 }],
  ])('take %j', (options) => {
    expect(webSocketOptions.safeParse(options).success).toBe(true);
  });

  it('let in no page of another origin unless it is named', () => {
    expect(webSocketOptions.parse({})).toMatchObject({ realtime: true, responses: true, origins: [] });
  });
});
