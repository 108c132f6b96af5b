import type { JsonPath } from '../../../model/json.ts';

/** A place as messages name it: `contents[2].parts[0]`. */
export function placeName(path: JsonPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
