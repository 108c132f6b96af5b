import type { CallerView } from './caller.ts';
import type { Profile } from './profile.ts';
import type { Row } from './rows.ts';
import type { ProviderView } from './wall/case-log.ts';

/** All that is known of a row when it is over. */
export interface Evidence {
  readonly row: Row;
  readonly caller: CallerView;
  readonly provider: ProviderView;
  readonly profile: Profile;
}
