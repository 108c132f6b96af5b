import { describe, expect, it } from 'vitest';
import { mayAsk } from '../../../plugins/admin/src/browser.ts';

const origins = ['https://console.my.app'];

describe('mayAsk', () => {
  it.each([
    {},
    { host: 'gateway.internal' },
    { origin: 'https://console.my.app', host: 'gateway.my.app' },
    { origin: 'http://localhost:3000', host: 'localhost:3000' },
    { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000', 'sec-fetch-site': 'same-origin' },
    { origin: 'http://[::1]:3000', host: '[::1]:3000' },
    { host: 'localhost:3000', 'sec-fetch-site': 'same-origin' },
    { host: 'localhost', 'sec-fetch-site': 'none' },
    { host: 'console.my.app', 'sec-fetch-site': 'same-origin' },
  ])('%o may', (headers) => {
    expect(mayAsk({ headers }, origins)).toBe(true);
  });

  it.each([
    { origin: 'https://evil.example', host: 'localhost:3000' },
    { origin: 'https://evil.example', host: 'evil.example' }, // DNS rebinding: the same origin, by its own account
    { origin: 'http://localhost:4000', host: 'localhost:3000' },
    { origin: 'null', host: 'localhost:3000' },
    { origin: '', host: 'localhost:3000' },
    { origin: 'http://localhost:3000', host: undefined },
    { origin: 'file://localhost', host: 'localhost' },
    { origin: 'http://localhost.evil.example', host: 'localhost.evil.example' },
    { origin: 'https://console.my.app.evil.example', host: 'x' },
    { host: 'evil.example', 'sec-fetch-site': 'same-origin' },
    { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' },
    { host: 'localhost:3000', 'sec-fetch-site': 'same-site' },
    { host: 'localhost#@evil', 'sec-fetch-site': 'none' },
  ])('ADM-6: %o may not', (headers) => {
    expect(mayAsk({ headers }, origins)).toBe(false);
  });
});
