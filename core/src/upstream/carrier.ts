import type { Credential } from '../providers/provider.ts';
import type { ResolvedTarget } from './router.ts';
import type { UpstreamConnection, UpstreamListener, UpstreamRequest } from './transport.ts';

/** Opens requests to upstreams. */
export interface RequestOpener {
  open(request: UpstreamRequest, listener: UpstreamListener): UpstreamConnection;
}

/** What a client's connection may bring: another way to an upstream than a request of its own, and what lies there. */
export interface Carrier {
  /** `undefined`: there is none to this target. */
  opener(target: ResolvedTarget, credential: Credential): RequestOpener | undefined;
  /** Where something lies to go on from that nobody but this connection was told of. */
  kept(state: string): KeptPlace | undefined;
}

/** A target and, by its name, the credential whose account has it. */
export interface KeptPlace {
  readonly target: string;
  readonly credential: string;
}
