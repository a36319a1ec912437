/** Hunt: people ask the lake; what they ask in is bounded, and what they find can become a rule. */
export { askSql, countOf, type Hunt, type HuntRow, huntFor, type RowCursor, rowsOf, type Scope } from './ask.ts';
export { backtest, type Matches } from './draft/backtest.ts';
export { draftRule, type ReadEvent } from './draft/draft.ts';
export { exportColumns, exportRows, MOST_EXPORTED, type Table } from './export.ts';
export { histogramOf } from './histogram.ts';
export { huntLimits, limitsOf } from './limits.ts';
export { replay } from './replay.ts';
export { addHunt, changeHunt, concludeRun, endHunt } from './saved/manage.ts';
export { runDue, runHunt } from './saved/run.ts';
export { readPeriod } from './search/moment.ts';
export { topColumn, topValuesOf } from './top.ts';
export { csvLine, distinctNames, ndjson } from './written.ts';
