/** The sample: telemetry of an invented company, and the truth about what was planted in it. */
export { generateSample } from './generate.ts';
export type { SampleOptions } from './options.ts';
export type { GroundTruth } from './truth.ts';
export { writeSample } from './write.ts';
