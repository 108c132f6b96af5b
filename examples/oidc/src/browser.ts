/** What a browser does in a login: keeps cookies, follows redirects, sends the forms it is shown. For the smoke test. */
export class Browser {
  /** By host and port, then by name. */
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Without following a redirect. */
  async get(url: string): Promise<Response> {
    return this.#ask(url, {});
  }

  async post(url: string, body: object | URLSearchParams): Promise<Response> {
    const json = body instanceof URLSearchParams ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
    return this.#ask(url, { method: 'POST', headers, body: json ?? (body as URLSearchParams) });
  }

  /** Where redirects lead to in the end, or to the page that asks for something. `until`: stops before it goes there. */
  async follow(answer: Response, until?: string): Promise<{ readonly answer: Response; readonly url: string }> {
    let [current, url] = [answer, answer.url];
    for (let hops = 0; hops < 10 && current.headers.has('location'); hops += 1) {
      const next = new URL(current.headers.get('location') as string, url).href;
      if (until !== undefined && next.startsWith(until)) return { answer: current, url: next };
      [current, url] = [await this.get(next), next];
    }
    return { answer: current, url };
  }

  /** From a link that says "sign in" to the page behind it; `until` as above. */
  async signIn(url: string, name: string, until?: string): Promise<Response & { readonly at?: string }> {
    let page = await this.follow(await this.get(url), until);
    for (const form of [{ prompt: 'login', login: name, password: 'any' }, { prompt: 'consent' }]) {
      const [, action] = /<form[^>]* action="([^"]+)"/.exec(await page.answer.clone().text()) ?? [];
      if (action === undefined) break;
      page = await this.follow(await this.post(new URL(action, page.url).href, new URLSearchParams(form as Record<string, string>)), until);
    }
    return Object.assign(page.answer, { at: page.url });
  }

  async #ask(url: string, request: RequestInit): Promise<Response> {
    const { host } = new URL(url);
    const known = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, known);
    const cookie = [...known].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...request, headers: { ...request.headers, cookie }, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as unknown as [string, string, string];
      if (value === '') known.delete(name);
      else known.set(name, value);
    }
    return answer;
  }
}
