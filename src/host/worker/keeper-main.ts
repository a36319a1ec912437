import { asChild } from './as-child.ts';
import { runKeeper } from './keeper.ts';
import type { KeeperOptions } from './options.ts';

await asChild<KeeperOptions>(runKeeper);
