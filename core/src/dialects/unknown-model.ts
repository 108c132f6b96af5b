import { gatewayError } from '../errors.ts';
import type { OfferedModel } from '../model/offered.ts';

/** A 404 that names the models the caller may use instead. */
export function unknownModel(id: string, offered: readonly OfferedModel[]): Error {
  const names = offered.map((model) => model.id);
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '');
  const known = names.length === 0 ? 'Address one as provider/model.' : `Available: ${shown}.`;
  return gatewayError('GW_UNKNOWN_MODEL', { details: { model: quotedName(id), known }, param: 'model' });
}

/** The name as the client wrote it, cut and escaped: it ends up in logs and terminals. */
export function quotedName(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '?');
}
