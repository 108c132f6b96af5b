import { GatewayError } from '../../../../../core/src/errors.ts';

/** The field that a client's error names. */
export function refusedField(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'GW_BAD_REQUEST') return String(error.param);
    throw error;
  }
  throw new Error('nothing was refused');
}
