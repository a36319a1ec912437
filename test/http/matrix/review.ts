import type { Routes } from './rows.ts';

/** Who may reach the routes of review. Written out by hand, not derived from what is under test. */
export const reviewMatrix: Routes = {};
