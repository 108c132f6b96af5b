import type { ExchangeContext } from '../context.ts';
import type { DialectId } from '../model/call.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Settlement } from '../model/settlement.ts';
import { token } from './token.ts';

/** A model call that a plugin needs for its own work: moderation, embeddings, a summary. */
export interface AuxiliaryCall {
  readonly dialect: DialectId;
  /** A request body of that dialect; `model` is an alias or `provider/model`. Never streams. */
  readonly body: JsonObject;
  /** Milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

export interface AuxiliaryAnswer {
  /** 499 when the call was ended before it had an answer: by its time limit, or with its parent. */
  readonly status: number;
  readonly json: JsonValue | undefined;
  readonly settlement: Settlement;
}

/**
 * Model calls for plugins. Plugins never dial a model themselves: a call made here is an exchange of its own with the
 * same principal, aborted with its parent. The other plugins see it like any exchange (`context.parent` tells); the one that
 * asked and those that authenticate do not. A child exchange cannot have children.
 */
export interface Models {
  call(parent: ExchangeContext, call: AuxiliaryCall): Promise<AuxiliaryAnswer>;
}

export const Models = token<Models>()('Models', 'models', ['call']);
