import { describe, expect, it } from 'vitest';
import { joinedTier, possibleTiers, serviceTier, tierFactors } from '../../../services/model-data/src/service-tier.ts';

describe('serviceTier', () => {
  it.each<[unknown, string | undefined]>([
    ['default', 'standard'],
    ['Standard', 'standard'],
    ['on_demand', 'standard'],
    ['ON_DEMAND', 'standard'],
    ['SERVICE_TIER_STANDARD', 'standard'],
    ['standard_only', 'standard'],
    ['priority', 'priority'],
    ['ON_DEMAND_PRIORITY', 'priority'],
    ['SERVICE_TIER_FLEX', 'flex'],
    ['PROVISIONED_THROUGHPUT', 'provisioned_throughput'],
    ['auto', undefined],
    ['', undefined],
    ['TRAFFIC_TYPE_UNSPECIFIED', undefined],
    [undefined, undefined],
    [null, undefined],
    [7, undefined],
  ])('%j is %s', (name, tier) => {
    expect(serviceTier(name)).toBe(tier);
  });
});

describe('joinedTier', () => {
  it('names what is not standard', () => {
    expect(joinedTier(['standard', undefined, 'standard'])).toBe('standard');
    expect(joinedTier(['batch', undefined, 'us'])).toBe('batch+us');
    expect(joinedTier([])).toBe('standard');
  });
});

describe('possibleTiers', () => {
  const known = ['standard', 'batch', 'us', 'batch+us', 'priority'];

  it('is any, where nothing is asked for', () => {
    expect(possibleTiers(known, undefined)).toEqual(known);
  });

  it('is what is asked for or the standard one, wherever it is served', () => {
    expect(possibleTiers(known, 'batch')).toEqual(['standard', 'batch', 'us', 'batch+us']);
    expect(possibleTiers(known, 'standard')).toEqual(['standard', 'us']);
  });
});

describe('tierFactors', () => {
  it('are those that a provider publishes for all of its list', () => {
    expect(tierFactors('openai')).toEqual({ batch: [1n, 2n], flex: [1n, 2n] });
    expect(tierFactors('anthropic')).toEqual({ batch: [1n, 2n], us: [11n, 10n], 'batch+us': [11n, 20n] });
    expect(tierFactors('mistral')).toEqual({});
  });

  it('never say anything of priority: its prices are of models', () => {
    for (const provider of ['openai', 'anthropic', 'google', 'groq']) expect(tierFactors(provider)).not.toHaveProperty('priority');
  });
});
