import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface SubjectOptions {
  /** Base URL of the upstream, with `/v1`. */
  readonly upstream: string;
  /** The limit on a request body. */
  readonly bodyBytes: number;
  /** A proxy without any care in the gateway's place. */
  readonly plant?: Plant | undefined;
}

/** What the campaign must find fault with: a proxy that checks nothing, one that also dies, one that also never answers. */
export type Plant = 'careless' | 'crashing' | 'hanging';

export interface SubjectReport {
  /** Whether something reached `Object.prototype`. */
  readonly polluted: boolean;
  /** What the gateway logged as its own defects; the first ten. */
  readonly errorLines: readonly string[];
  readonly warnings: number;
}

/** The process under attack as its parent sees it. */
export class Subject {
  readonly port: number;
  /** How the process ended, if it did. */
  ended: string | undefined = undefined;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.once('exit', (code, signal) => {
      this.ended = signal ?? `exit code ${code}`;
    });
  }

  static async start(options: SubjectOptions): Promise<Subject> {
    const child = fork(fileURLToPath(new URL('subject-process.ts', import.meta.url)), [JSON.stringify(options)], {
      execArgv: ['--conditions=@express-ai-gateway/source'],
      stdio: ['ignore', 'inherit', options.plant === undefined ? 'inherit' : 'ignore', 'ipc'],
    });
    const [port] = (await once(child, 'message')) as [number];
    return new Subject(child, port);
  }

  /** `undefined` when the process is gone. */
  async report(): Promise<SubjectReport | undefined> {
    if (this.ended !== undefined) return undefined;
    this.#child.send('report');
    const [report] = (await Promise.race([once(this.#child, 'message'), once(this.#child, 'exit')])) as [SubjectReport | number | null];
    return typeof report === 'object' && report !== null ? report : undefined;
  }

  async stop(): Promise<void> {
    if (this.ended !== undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
