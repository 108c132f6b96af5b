/** `provider/model`: one place where a call can be sent. */
export interface Target {
  /** `provider/model`, as written in the config. */
  readonly id: string;
  readonly provider: string;
  /** The provider's own name for the model. */
  readonly model: string;
}
