/** A model that the gateway offers. */
export interface OfferedModel {
  /** An alias or `provider/model`. */
  readonly id: string;
  /** `gateway` for an alias, else the provider's name. */
  readonly ownedBy: string;
}
