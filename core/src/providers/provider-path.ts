import { gatewayError } from '../errors.ts';
import { isModelName } from '../model-name.ts';

/**
 * A path, or one each for whole and streamed answers. `{model}` stands for the target's model, percent-encoded between its
 * slashes. May have a query.
 */
export type ProviderPath = string | PathPair;

export interface PathPair {
  readonly whole: string;
  readonly stream: string;
  /** What `{model}` stands for where it is not the name itself, e.g. `models/<name>`. Cannot leave the path: see `requestPath`. */
  readonly modelName?: ((model: string) => string) | undefined;
  /** A slash in a model's name is encoded like the rest of it (Bedrock's ARNs). */
  readonly oneSegment?: boolean | undefined;
}

/** A provider's path for one request. Throws for a model whose name would lead to another path. */
export function requestPath(path: ProviderPath, model: string, stream: boolean): string {
  const chosen = typeof path === 'string' ? path : stream ? path.stream : path.whole;
  if (!chosen.includes('{model}')) return chosen;
  const name = typeof path === 'string' || path.modelName === undefined ? model : path.modelName(model);
  const segments = typeof path !== 'string' && path.oneSegment === true ? [name] : name.split('/');
  if (!isModelName(name) || segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    throw gatewayError('GW_BAD_REQUEST', {
      details: { field: 'model', expected: 'a name without empty or dotted segments', received: 'another' },
      param: 'model',
    });
  return chosen.replace('{model}', () => segments.map(encodedSegment).join('/'));
}

/** `@` stays: it may stand in a path (RFC 3986 §3.3), and every client of Vertex sends `model@date` so. */
function encodedSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll('%40', '@');
}
