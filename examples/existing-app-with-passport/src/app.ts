import { randomBytes } from 'node:crypto';
import { hostUser } from '@express-ai-gateway/auth-passport';
import { aiGateway, type Gateway, openaiCompatible } from '@express-ai-gateway/core';
import express, { type Express } from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { People, Person } from './people.ts';

/** The gateway: whoever the app signed in may use it, as that person, of that organisation. */
function makeGateway(providerUrl: string): Gateway {
  return aiGateway({
    providers: [openaiCompatible({ name: 'simulated', baseUrl: providerUrl })],
    models: { chat: 'simulated/chat' },
    plugins: [
      hostUser((req) => {
        const person = req.user as Person | undefined;
        return person && { id: person.name, tenant: person.org, plan: person.plan };
      }),
    ],
  });
}

/** An app as teams have them: sessions, a login, a logout. The gateway comes after them, in one line. */
export function makeApp(people: People, providerUrl: string): { readonly app: Express; readonly gateway: Gateway } {
  const login = new passport.Passport();
  login.use(new LocalStrategy((name, password, done) => done(null, people.signedIn(name, password) ?? false)));
  login.serializeUser(({ name }, done) => done(null, name));
  login.deserializeUser((name, done) => done(null, people.named(name) ?? false));

  const app = express();
  const secret = randomBytes(32).toString('base64url'); // yours comes from the environment, so that sessions survive a restart
  app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax', secure: false } })); // plain HTTP
  app.use(login.session());
  app.post('/login', express.urlencoded({ extended: false }), login.authenticate('local'), (req, res) => {
    res.json({ hello: (req as typeof req & { user: Person }).user.name });
  });
  app.post('/logout', (req, res, next) => {
    (req as typeof req & { logout(done: (error: unknown) => void): void }).logout((error) =>
      error ? next(error) : res.json({ bye: true }),
    );
  });

  const gateway = makeGateway(providerUrl);
  app.use('/ai', gateway);
  return { app, gateway };
}
