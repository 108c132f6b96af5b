import type { NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { request as least, text } from '../../translate/neutral.ts';

/** A request that says as little as one can. */
export const request: NeutralRequest = { ...least, model: 'm-1', turns: [{ role: 'user', parts: [text('Hello')] }] };
