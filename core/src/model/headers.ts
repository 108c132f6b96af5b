/** Request headers: lower-case names, as Node parses them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Response headers on their way to the client: lower-case names, one value each. */
export type ResponseHeaders = Record<string, string>;
