import { Waiting } from './waiting.ts';

/**
 * Which call a result belongs to, while a request is read. Calls often have no id (Gemini; Chat's legacy `function_call`):
 * then it is the first call of that name in the turn before, and the id is made from where the call stands, so that it is
 * the same whenever the conversation comes again.
 */
export class CallIds {
  #open = new Waiting<string>();
  #answering = false;

  /** The id of the next call; `turn` and `position` say where it stands. */
  call(id: string, name: string, turn: number, position: number): string {
    if (this.#answering) this.#open = new Waiting();
    this.#answering = false;
    const own = id === '' ? `call_${turn}_${position}` : id;
    this.#open.add(own, [`id ${own}`, `name ${name}`, ...(id === '' ? ['made', `made for ${name}`] : [])]);
    return own;
  }

  /**
   * The id of the call that is answered: by id; else by name, which a client may have given an id only in the result; without
   * either, the first that has no id. `undefined`: no such call.
   */
  answer(id: string, name: string | undefined): string | undefined {
    this.#answering = true;
    if (id === '') return this.#open.take(name === undefined ? 'made' : `name ${name}`);
    return this.#open.take(`id ${id}`) ?? (name === undefined ? undefined : this.#open.take(`made for ${name}`));
  }
}
