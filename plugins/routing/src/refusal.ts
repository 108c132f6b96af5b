import { GatewayError } from '@express-ai-gateway/core/plugin';

export interface RefusedRoute {
  readonly code: string;
  readonly status: number;
  /** As the client wrote it. */
  readonly model: string;
  /** What is missing, as a clause. */
  readonly why: string;
  /** What to do, as a sentence. */
  readonly remedy: string;
  readonly retryable?: boolean;
}

/** No target may be asked: the client reads why. Core's own "every candidate was filtered out" would not tell. */
export function refusedRoute({ code, status, model, why, remedy, retryable = false }: RefusedRoute): GatewayError {
  const named = JSON.stringify(model.slice(0, 100));
  return new GatewayError({ code, status, retryable, message: `No target is left for the model ${named}: ${why}. ${remedy}` });
}
