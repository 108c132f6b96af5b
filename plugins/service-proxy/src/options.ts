import { type HandoffMethod, Secret, z } from '@express-ai-gateway/core/plugin';

const pathRule = 'a path such as /services/summarise';

const milliseconds = z.int().positive();

/** Headers that are the gateway's, a connection's or a credential: neither a client's to send on nor an option's to add. */
const reserved =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|content-encoding|accept-encoding|proxy-.*|forwarded|x-forwarded-.*|x-real-ip|x-request-id|x-gateway-.*)$/;

const credentials = /^(?:authorization|cookie|set-cookie|x-api-key|api-key|x-goog-api-key)$/;

const headerRule = 'a header name in lower case';

const headerName = z
  .string({ error: headerRule })
  .regex(/^[a-z0-9-]{1,64}$/, { error: headerRule })
  .refine((name) => !reserved.test(name), { error: 'no header that the gateway sets itself' });

/** May be a credential: it does not print. */
const value = z
  .string()
  .regex(/^[\t\u0020-\u007e]*$/, { error: 'printable ASCII' })
  .transform((text) => new Secret(text));

const serviceSchema = z.strictObject({
  /** Below the gateway's mount; the service answers it and everything below it. */
  path: z
    .string({ error: pathRule })
    .regex(/^(?:\/[\w\-.~!$&'()+,;=:@]+)+$/, { error: pathRule })
    .refine((path) => !/\/\.{1,2}(?:\/|$)/.test(path), { error: 'a path without dotted segments' }),
  /** Where the service is, e.g. `http://summariser:8080/v2`. */
  target: z.string().refine(isTarget, { error: 'an http(s) URL without user name, password, query and fragment' }),
  /** For settlements and logs. Default: of the path. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,40}$/, { error: 'lower-case letters, digits, dots, dashes (41 at most)' })
    .optional(),
  methods: z
    .array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] satisfies HandoffMethod[]))
    .min(1, { error: 'at least one method' })
    .default(['GET', 'POST']),
  /** Whether the service gets the path without `path`. */
  stripPath: z.boolean().default(true),
  /** Headers that the service gets, such as its credential. */
  headers: z
    .record(z.string(), value)
    .refine((headers) => Object.keys(headers).every((name) => headerName.safeParse(name).success), {
      error: 'header names in lower case, and none that the gateway sets itself',
    })
    .default({}),
  /** What the service is told of the caller, in headers that no client can set. */
  forward: z.array(z.enum(['id', 'tenant', 'app', 'user', 'plan'])).default([]),
  /** Headers of the client's that the service gets, besides the usual ones of content. */
  clientHeaders: z.array(headerName.refine((name) => !credentials.test(name), { error: 'no credential of the client' })).default([]),
  /** Headers of the service's that the client gets, besides the usual ones of content. */
  answerHeaders: z.array(headerName.refine((name) => !credentials.test(name), { error: 'no cookie or credential' })).default([]),
  /** Milliseconds for the whole answer. Default: the gateway's `timeouts.totalMs`. */
  timeoutMs: milliseconds.optional(),
  /** Milliseconds without a byte in either direction. Default: the gateway's `timeouts.idleMs`. */
  idleMs: milliseconds.optional(),
  /** Bytes of a request's body. Default: the gateway's `limits.bodyBytes`. */
  maxBodyBytes: z.int().positive().optional(),
  /** Further tries where that is safe: GET, HEAD, PUT and DELETE without a body that got no byte of an answer. */
  retries: z.int().min(0).max(5).default(1),
});

export const serviceProxyOptions = z
  .strictObject({ services: z.array(serviceSchema).min(1, { error: 'at least one service' }) })
  .refine(({ services }) => new Set(services.map(nameOf)).size === services.length, {
    path: ['services'],
    error: 'services with names of their own (see the option name)',
  });

export type ServiceProxyOptions = z.input<typeof serviceProxyOptions>;

export type Service = z.output<typeof serviceSchema>;

/** `/services/summarise` is `services-summarise`. */
export function nameOf({ name, path }: Pick<Service, 'name' | 'path'>): string {
  return (
    name ??
    path
      .slice(1)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 41)
  );
}

function isTarget(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return username === '' && password === '' && search === '' && hash === '';
}
