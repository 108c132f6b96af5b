export { type BrokenPlugin, brokenPlugins } from './broken/broken-plugins.ts';
export { type CheckName, type ContractCase, checkNames } from './checks/check.ts';
export { contractCases } from './contract-cases.ts';
export type { OwnAnswer, PluginRegistration, TextChange, TextPlace } from './registration.ts';
export { maskDigits } from './samples/mask-digits.ts';
export { type CaseResult, type ContractReport, testPlugin } from './test-plugin.ts';
export { ContractViolation } from './violation.ts';
