/** Hunt: people ask the lake; what they ask in is bounded, and what they find can become a rule. */
export { askSql, countOf, type Hunt, type HuntRow, huntFor, type RowCursor, rowsOf, type Scope } from './ask.ts';
export { type Backtest, backtest, type Matches } from './draft/backtest.ts';
export { draftRule, type ReadEvent, type RuleDraft } from './draft/draft.ts';
export { exportColumns, exportRows, MOST_EXPORTED, type Table } from './export.ts';
export { type Histogram, histogramOf } from './histogram.ts';
export { huntLimits, limitsOf } from './limits.ts';
export { type Replayed, replay } from './replay.ts';
export { addHunt, changeHunt, concludeRun, endHunt, type HuntWish, type SavedParts } from './saved/manage.ts';
export { type RunParts, runDue, runHunt } from './saved/run.ts';
export { readPeriod } from './search/moment.ts';
export { parseSearch } from './search/parse.ts';
export { type TopValues, topColumn, topColumns, topValuesOf } from './top.ts';
export { csvLine, distinctNames, ndjson } from './written.ts';
