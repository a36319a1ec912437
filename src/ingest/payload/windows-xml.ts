import type { JsonObject } from '../../contracts/event.ts';
import { keep } from './keep.ts';
import { readXml, type XmlElement } from './xml.ts';

type Members = Record<string, unknown>;

/** What the schema of events (`win32/win/event`) has as whole numbers in System, and JSON renderings write so. */
const numbers = new Set(['EventID', 'Version', 'Level', 'Task', 'Opcode', 'EventRecordID', 'ProcessID', 'ThreadID']);

function scalar(name: string, text: string, inSystem: boolean): unknown {
  if (!inSystem || !numbers.has(name) || !/^\d{1,20}$/.test(text)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** An element as `evtx_dump` renders it: attributes under `#attributes`, text beside them under `#text`, repeats as an array. */
function rendered(element: XmlElement, inSystem: boolean): unknown {
  const text = element.children.length > 0 ? element.text.trim() : element.text;
  if (element.attributes.size === 0 && element.children.length === 0)
    return text === '' ? null : scalar(element.name, text, inSystem);
  const made: Members = {};
  if (element.attributes.size > 0) {
    const attributes: Members = {};
    for (const [name, value] of element.attributes) keep(attributes, name, scalar(name, value, inSystem));
    made['#attributes'] = attributes;
  }
  if (text !== '') made['#text'] = scalar(element.name, text, inSystem);
  for (const child of element.children) {
    const value = rendered(child, inSystem);
    const before = Object.hasOwn(made, child.name) ? made[child.name] : undefined;
    if (before === undefined) keep(made, child.name, value);
    else if (Array.isArray(before)) before.push(value);
    else keep(made, child.name, [before, value]);
  }
  return made;
}

/** EventData: named `Data` become members by their names, nameless ones a list under `Data`. */
function eventData(element: XmlElement): unknown {
  const made: Members = {};
  const nameless: string[] = [];
  for (const child of element.children) {
    const name = child.attributes.get('Name');
    if (child.name !== 'Data') keep(made, child.name, rendered(child, false));
    else if (name === undefined) nameless.push(child.text);
    else keep(made, name, child.children.length > 0 ? rendered(child, false) : child.text);
  }
  if (nameless.length > 0) made.Data = { '#text': nameless.length === 1 ? nameless[0] : nameless };
  return Object.keys(made).length > 0 ? made : null;
}

const beginning = /^\s{0,99}(?:<\?xml [^>]{0,200}\?>\s{0,99})?<Event[\s>]/;

/** Starts as a Windows event in XML does. */
export function looksLikeWindowsXml(text: string): boolean {
  return beginning.test(text);
}

/**
 * A Windows event rendered as XML (`<Event xmlns=...>`, as forwarders send it) in the shape of `{"Event":{"System","EventData"}}`.
 * Undefined where the text is not one well-formed event: it is then a text like any other.
 */
export function windowsXml(text: string): JsonObject | undefined {
  if (!looksLikeWindowsXml(text)) return undefined;
  const root = readXml(text);
  if (root === undefined || root.name !== 'Event') return undefined;
  const event: Members = {};
  for (const child of root.children) {
    const isData = child.name === 'EventData';
    keep(event, child.name, isData ? eventData(child) : rendered(child, child.name === 'System'));
  }
  const system = event.System;
  return typeof system === 'object' && system !== null ? { Event: event } : undefined;
}
