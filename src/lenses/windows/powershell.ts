import type { JsonObject } from '../../contracts/event.ts';
import { type Draft, processRef } from '../activity.ts';
import { textOf } from '../fields.ts';
import { userName } from '../names.ts';
import type { EventContext, Fill, Table } from './fill.ts';

/** The process that logged the event is the PowerShell that ran the script. */
function engine(made: Draft, { shape, record }: EventContext, hostApplication: string | undefined): void {
  const program = hostApplication === undefined ? undefined : programOf(hostApplication);
  made.process = processRef(made.host, undefined, shape.loggingProcess(record), program, hostApplication);
}

/** First word of a command line, quoted or not. */
function programOf(commandLine: string): string | undefined {
  const quoted = /^"([^"]+)"/.exec(commandLine);
  if (quoted) return quoted[1];
  return /^(.+?\.exe)\b/i.exec(commandLine)?.[1] ?? commandLine.split(' ', 1)[0];
}

/** Where `name = value` or `name=value` lines stand in a block of text. */
function lineValue(text: string, name: string): string | undefined {
  const at = text.indexOf(name);
  if (at < 0) return undefined;
  const equals = text.indexOf('=', at + name.length);
  if (equals < 0 || equals > at + name.length + 2) return undefined;
  const end = text.indexOf('\n', equals);
  return textOf(
    text
      .slice(equals + 1, end < 0 ? undefined : end)
      .trim()
      .slice(0, 8192),
  );
}

const scriptBlock: Fill = (made, data, context) => {
  made.user = userName(context.shape.account(context.record));
  engine(made, context, undefined);
  made.file = scriptPath(data.Path);
  made.object = textOf(data.ScriptBlockId);
};

/** Exporters write a missing path as the word None. */
function scriptPath(value: unknown): string | undefined {
  return value === 'None' ? undefined : textOf(value);
}

const moduleLog: Fill = (made, data, context) => {
  const info = textOf(data.ContextInfo) ?? '';
  made.user = userName(lineValue(info, ' User ')) ?? userName(context.shape.account(context.record));
  engine(made, context, lineValue(info, 'Host Application'));
  made.file = lineValue(info, 'Script Name');
  made.object = lineValue(info, 'Command Name');
};

/** Classic events hold their facts in one text: the message, or the third string. */
function classicText(data: JsonObject, { shape, record }: EventContext): string {
  const message = shape.message(record);
  if (typeof message === 'string') return message;
  const held = data.Data;
  const strings = Array.isArray(held)
    ? held
    : typeof held === 'object' && held !== null
      ? (held as JsonObject)['#text']
      : held;
  if (Array.isArray(strings)) return strings.filter((item) => typeof item === 'string').join('\n');
  return typeof strings === 'string'
    ? strings
    : ['param1', 'param2', 'param3'].map((name) => textOf(data[name]) ?? '').join('\n');
}

const classic: Fill = (made, data, context) => {
  const text = classicText(data, context);
  made.user = userName(lineValue(text, 'UserId'));
  const application = lineValue(text, 'HostApplication');
  // Classic events log no process id; the command line alone still tells which engine ran.
  made.process = processRef(undefined, undefined, undefined, application && programOf(application), application);
  made.file = lineValue(text, 'ScriptName');
  made.object = lineValue(text, 'CommandName');
};

/** PowerShell/Operational and PowerShellCore/Operational. */
export const powershellTable: Table = {
  4103: ['script', moduleLog],
  4104: ['script', scriptBlock],
  4105: ['other', scriptBlock],
  4106: ['other', scriptBlock],
};

/** Windows PowerShell: engine and provider starts, pipeline details. */
export const powershellClassicTable: Table = {
  400: ['script', classic],
  403: ['other', classic],
  600: ['other', classic],
  800: ['script', classic],
};
