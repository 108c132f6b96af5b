import type { Losses, NeutralField, TargetQuirks } from '@express-ai-gateway/core/provider';
import type { BedrockModel } from './models.ts';

/** What every part of the encoder knows of where the request goes, and where it notes what was lost. */
export interface EncoderAbout {
  readonly quirks: TargetQuirks;
  readonly model: BedrockModel;
  readonly losses: Losses<NeutralField>;
}
