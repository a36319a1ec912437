export { type OnceRead, readFilesOnce } from './once.ts';
export { type FileWatch, type WatchOptions, watchFolder } from './watch.ts';
