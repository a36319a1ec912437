import type { Role } from '../people.ts';
import { administer, support } from './administration.ts';
import { awsConsole, container, git, nodeWork, pythonWork, remoteShell, scriptWork } from './development.ts';
import { oddity } from './oddities.ts';
import { browse, chat, cloudFile, desktop, document, mail, meeting, print, share } from './office.ts';
import { accounts, artwork, drawing, payroll } from './trade.ts';
import type { Worker } from './worker.ts';

type Task = (worker: Worker) => void;
type Tasks = readonly (readonly [Task, number])[];

const common: Tasks = [
  [browse, 26],
  [mail, 18],
  [chat, 12],
  [desktop, 14],
  [document, 6],
  [cloudFile, 6],
  [share, 5],
  [meeting, 1.2],
  [print, 0.8],
  [oddity, 0.7],
];

/** What each role does beside what everybody does. */
const special: Readonly<Record<Role, Tasks>> = {
  engineering: [
    [drawing, 12],
    [pythonWork, 0.6],
    [share, 4],
  ],
  development: [
    [git, 9],
    [nodeWork, 6],
    [container, 3],
    [pythonWork, 4],
    [scriptWork, 1.5],
    [remoteShell, 2],
    [awsConsole, 4],
  ],
  design: [
    [artwork, 9],
    [drawing, 3],
    [share, 4],
  ],
  sales: [
    [mail, 12],
    [meeting, 2],
    [browse, 8],
  ],
  finance: [
    [accounts, 9],
    [document, 6],
  ],
  hr: [
    [payroll, 3],
    [document, 5],
  ],
  executive: [
    [mail, 14],
    [meeting, 4],
  ],
  'it-admin': [
    [administer, 7],
    [scriptWork, 2],
    [remoteShell, 2],
    [awsConsole, 2],
  ],
  helpdesk: [
    [support, 9],
    [administer, 1.5],
  ],
  contractor: [[drawing, 6]],
};

const tables = new Map<Role, Tasks>();

/** The weighted tasks of a role. */
export function tasksOf(role: Role): Tasks {
  let table = tables.get(role);
  if (table === undefined) {
    table = [...common, ...special[role]];
    tables.set(role, table);
  }
  return table;
}
