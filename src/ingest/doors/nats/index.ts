export { type NatsDoor, openNatsDoor } from './door.ts';
export type { NatsDoorOptions } from './options.ts';
