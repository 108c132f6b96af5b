import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { NeutralStop } from '../../../model/neutral.ts';
import { textOf } from '../../translate/lenient.ts';

/** Why an answer stopped: its status, and what it says was missing. */
export function readStop(response: JsonObject, calledTools: boolean): NeutralStop | undefined {
  const status = textOf(response.status);
  const reason = isJsonObject(response.incomplete_details) ? textOf(response.incomplete_details.reason) : '';
  if (status === 'incomplete' || reason !== '') return incomplete(reason);
  if (calledTools) return { kind: 'toolCalls' };
  if (status === 'completed') return { kind: 'end' };
  return status === '' ? undefined : { kind: 'unknown', word: status };
}

function incomplete(reason: string): NeutralStop {
  if (reason === 'max_output_tokens') return { kind: 'length' };
  if (reason === 'content_filter') return { kind: 'filtered' };
  return { kind: 'unknown', word: reason === '' ? 'incomplete' : reason };
}

export interface FinalStatus {
  readonly status: 'completed' | 'incomplete';
  readonly reason: 'max_output_tokens' | 'content_filter' | undefined;
}

/** Whether an answer is whole. A word that only another format has is no reason to call it cut. */
export function statusOf(stop: NeutralStop | undefined): FinalStatus {
  if (stop?.kind === 'length') return { status: 'incomplete', reason: 'max_output_tokens' };
  if (stop?.kind === 'filtered') return { status: 'incomplete', reason: 'content_filter' };
  return { status: 'completed', reason: undefined };
}
