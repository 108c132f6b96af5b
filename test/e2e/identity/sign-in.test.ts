import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApp } from '../../../examples/oidc/src/app.ts';
import { Browser } from '../../../examples/oidc/src/browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../../../examples/oidc/src/identity-provider.ts';
import { type SimulatedProvider, startSimulatedProvider } from '../../contract/src/simulated-provider.ts';

/** The example's app, where people sign in at a real identity provider with code, state and PKCE. */
describe('AUTH-13: signing in with OpenID Connect', () => {
  const server = createServer();
  let appUrl: string;
  let identityProvider: IdentityProvider;
  let provider: SimulatedProvider;
  let close: () => Promise<void>;

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    appUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    [identityProvider, provider] = await Promise.all([startIdentityProvider(), startSimulatedProvider()]);
    const { app, gateway } = await makeApp(appUrl, provider.url, identityProvider);
    server.on('request', app);
    close = () => gateway.close();
  });

  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await close();
    await provider.close();
    await identityProvider.close();
  });

  const who = async (browser: Browser): Promise<unknown> =>
    ((await (await browser.get(`${appUrl}/`)).json()) as { signedInAs: unknown }).signedInAs;
  const question = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] };
  const call = async (browser: Browser): Promise<number> => (await browser.post(`${appUrl}/ai/v1/chat/completions`, question)).status;

  /** A browser, and the link back to the app that the identity provider gave it, not followed yet. */
  async function comingBack(name: string): Promise<{ browser: Browser; link: URL }> {
    const browser = new Browser();
    const { at } = await browser.signIn(`${appUrl}/login`, name, `${appUrl}/callback`);
    return { browser, link: new URL(at as string) };
  }

  /** Refused, with nobody signed in, and led nowhere. */
  async function refused(browser: Browser, link: URL | string): Promise<void> {
    const answer = await browser.get(String(link));
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(await who(browser)).toBeNull();
    expect(await call(browser)).toBe(401);
  }

  it('lets a person in, to the app and to the gateway, until they leave', async () => {
    const { browser, link } = await comingBack('ann');
    expect(await call(browser)).toBe(401);
    expect((await browser.get(link.href)).headers.get('location')).toBe('/');
    expect([await who(browser), await call(browser)]).toEqual(['ann', 200]);
    await browser.post(`${appUrl}/logout`, {});
    expect([await who(browser), await call(browser)]).toEqual([null, 401]);
  });

  it('takes no answer without state, or with another', async () => {
    for (const state of [undefined, '', 'x'.repeat(43)]) {
      const { browser, link } = await comingBack('ann');
      if (state === undefined) link.searchParams.delete('state');
      else link.searchParams.set('state', state);
      await refused(browser, link);
    }
  });

  it('takes an answer once, and from the browser that began alone', async () => {
    const { browser, link } = await comingBack('ann');
    await refused(new Browser(), link);
    const other = await comingBack('bob');
    await refused(other.browser, link);
    await browser.get(link.href);
    expect(await who(browser)).toBe('ann');
    await browser.post(`${appUrl}/logout`, {});
    await refused(browser, link);
  });

  it('takes no code of somebody else, put under its own state', async () => {
    const [own, victim] = [await comingBack('mallory'), await comingBack('ann')];
    own.link.searchParams.set('code', victim.link.searchParams.get('code') as string);
    await refused(own.browser, own.link); // the code belongs to another challenge
  });

  it('takes no code twice', async () => {
    const { browser, link } = await comingBack('ann');
    await browser.get(link.href);
    const again = new Browser();
    const begun = new URL((await again.get(`${appUrl}/login`)).headers.get('location') as string);
    link.searchParams.set('state', begun.searchParams.get('state') as string);
    await refused(again, link);
  });

  it('asks with a challenge, and the provider goes on with none less', async () => {
    const browser = new Browser();
    const begun = new URL((await browser.get(`${appUrl}/login`)).headers.get('location') as string);
    expect(begun.searchParams.get('code_challenge_method')).toBe('S256');
    for (const change of [
      (url: URL) => url.searchParams.delete('code_challenge'),
      (url: URL) => url.searchParams.set('code_challenge_method', 'plain'),
    ]) {
      const lesser = new URL(begun);
      change(lesser);
      const { url } = await browser.follow(await browser.get(lesser.href), `${appUrl}/callback`);
      expect(new URL(url).searchParams.get('error')).toBe('invalid_request');
      await refused(new Browser(), url);
    }
  });

  it.each([
    '//evil.example/callback',
    '\\\\evil.example/callback',
    'https:evil.example',
    'https://evil.example/callback',
    'http://127.0.0.1@evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://xn--127-0-0-1-.example/callback',
    'http://127.0.0.1/callback/../elsewhere',
    'http://127.0.0.1/callback/..%2felsewhere',
    'http://127.0.0.1/callbackx',
    'javascript:alert(1)',
  ])('leads nobody to %j', async (redirect) => {
    const browser = new Browser();
    const begun = new URL((await browser.get(`${appUrl}/login`)).headers.get('location') as string);
    begun.searchParams.set('redirect_uri', redirect);
    const answer = await browser.get(begun.href);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  it('is led by nothing that a request says', async () => {
    const browser = new Browser();
    for (const query of ['?returnTo=//evil.example', '?next=https://evil.example', '?redirect_uri=https://evil.example']) {
      const { headers } = await browser.get(`${appUrl}/login${query}`);
      expect(headers.get('location')).not.toContain('evil');
      expect(new URL(headers.get('location') as string).searchParams.get('redirect_uri')).toBe(`${appUrl}/callback`);
    }
  });
});
