import { randomBytes } from 'node:crypto';
import express, { type RequestHandler, Router } from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';
import type { IdentityProvider } from './identity-provider.ts';

declare module 'express-session' {
  interface SessionData {
    /** What a login under way must come back with, once. */
    login: { readonly state: string; readonly codeVerifier: string };
    person: { readonly id: string };
  }
}

/** Signs people in with OpenID Connect: `/login`, `/callback`, `/logout`. An ordinary part of an app; the gateway knows nothing of it. */
export async function signIn(appUrl: string, { issuer, website }: IdentityProvider): Promise<RequestHandler[]> {
  const { clientId, clientSecret } = website;
  const insecure = { execute: [oidc.allowInsecureRequests] }; // this identity provider is on loopback; leave it out for yours
  const config = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, insecure);
  const redirect_uri = `${appUrl}/callback`; // ours, not what a Host header says

  const login: RequestHandler = async (req, res) => {
    const [state, codeVerifier] = [oidc.randomState(), oidc.randomPKCECodeVerifier()];
    req.session.login = { state, codeVerifier };
    const code_challenge = await oidc.calculatePKCECodeChallenge(codeVerifier);
    const asked = { redirect_uri, scope: 'openid', state, code_challenge, code_challenge_method: 'S256' };
    res.redirect(oidc.buildAuthorizationUrl(config, asked).href);
  };

  const callback: RequestHandler = async (req, res) => {
    const under = req.session.login;
    delete req.session.login; // once
    const id = under && (await signedIn(config, new URL(req.url, redirect_uri), under));
    if (id === undefined) {
      res.status(400).json({ error: 'This login cannot be gone on with. Begin anew at /login.' });
      return;
    }
    req.session.regenerate((error) => {
      if (error) throw error;
      req.session.person = { id };
      res.redirect('/');
    });
  };

  const logout: RequestHandler = (req, res) => {
    req.session.destroy(() => res.json({ bye: true }));
  };

  const secret = randomBytes(32).toString('base64url'); // yours comes from the environment
  const sessions = session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax', httpOnly: true } });
  return [sessions, Router().get('/login', login).get('/callback', callback).post('/logout', express.json(), logout)];
}

/** Whose login this is; `undefined` where the identity provider refuses, or the answer is not the one that was waited for. */
async function signedIn(
  config: oidc.Configuration,
  answer: URL,
  { state, codeVerifier }: { readonly state: string; readonly codeVerifier: string },
): Promise<string | undefined> {
  const checks = { expectedState: state, pkceCodeVerifier: codeVerifier };
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks).catch(() => undefined);
  return tokens?.claims()?.sub;
}
