import { userInfo } from 'node:os';
import { Problem } from './problem.ts';
import { remoteKeys } from './remote-keys.ts';
import { type OpenKeys, storeKeys } from './store-keys.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where keys are, as options say it; what they leave open is in the environment. Secrets are in the environment alone. */
export interface PlaceFlags {
  readonly url?: string;
  readonly adminPath?: string;
  readonly store?: string;
  readonly environment?: string;
}

/** The keys of a running gateway, or those in a store. `make`: whether a file that is not there is to be made. */
export async function reach(flags: PlaceFlags, env: Environment, make: boolean): Promise<OpenKeys> {
  const { url, store } = placeOf(flags, env);
  if (url !== undefined) {
    const secret = secretOf(env, 'ADMIN_SECRET', 'the secret of the gateway’s plugin admin');
    const adminUrl = `${url.replace(/\/+$/, '')}/${(flags.adminPath ?? 'admin').replace(/^\/+|\/+$/g, '')}`;
    return { keys: remoteKeys(adminUrl, secret), close: async () => {} };
  }
  const pepper = secretOf(env, 'GATEWAY_PEPPER', 'the pepper of the gateway’s plugin auth-keys');
  return storeKeys({ store, pepper, environment: flags.environment, actor: `cli:${userInfo().username}`, make });
}

type Place = { readonly url: string; readonly store?: undefined } | { readonly url?: undefined; readonly store: string };

function placeOf(flags: PlaceFlags, env: Environment): Place {
  const said = flags.url !== undefined || flags.store !== undefined;
  const { url, store } = said ? flags : { url: env.GATEWAY_URL, store: env.GATEWAY_STORE };
  if (url !== undefined && store !== undefined) throw new Problem('Say one of a URL and a store, not both: which of them has the keys?');
  if (url !== undefined) return { url };
  if (store !== undefined) return { store };
  throw new Problem(`Where are the keys? Say one of
  --url https://my.app/ai            of a running gateway (or GATEWAY_URL), with ADMIN_SECRET in the environment
  --store ./data/gateway.db          a file, or a URL of PostgreSQL or Redis (or GATEWAY_STORE), with GATEWAY_PEPPER in the environment`);
}

function secretOf(env: Environment, name: string, what: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Problem(`${name} is not set. Put ${what} into the environment under this name.`);
  return value;
}
