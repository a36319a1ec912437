import type { Routes } from './rows.ts';

/** Who may reach the routes of response. Written out by hand, not derived from what is under test. */
export const responseMatrix: Routes = {};
