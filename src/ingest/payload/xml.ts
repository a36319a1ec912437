/** An element as read: what Windows events need of XML, and nothing else of it. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, pieces joined; untrimmed. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const DEPTH = 32;
const ELEMENTS = 20_000;
const startTag =
  /([A-Za-z_][\w.:-]{0,127})((?:\s{1,99}[A-Za-z_][\w.:-]{0,127}\s{0,9}=\s{0,9}(?:"[^"<]*"|'[^'<]*'))*)\s{0,99}(\/?)>/y;
const endTag = /([A-Za-z_][\w.:-]{0,127})\s{0,99}>/y;
const attribute = /([A-Za-z_][\w.:-]{0,127})\s{0,9}=\s{0,9}(?:"([^"<]*)"|'([^'<]*)')/g;
const reference = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/gi;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five entities and character references; anything else stays as it is written. */
function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(reference, (whole: string, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

const bare = (name: string) => name.slice(name.indexOf(':') + 1);

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(attribute))
    if (!name.startsWith('xmlns')) found.set(bare(name), unescapeXml(double ?? single ?? ''));
  return found;
}

/**
 * The one root element of `text`, or undefined where it is not well formed. No DTD, no entities beyond the five, no processing
 * instructions but the XML declaration: a document that has them is not read. Bounded in depth and elements, linear in time.
 */
export function readXml(text: string): XmlElement | undefined {
  const open: Open[] = [];
  let elements = 0;
  let at = 0;
  const close = (): XmlElement | undefined => {
    const done = open.pop();
    open.at(-1)?.children.push(done as XmlElement);
    return open.length === 0 ? done : undefined;
  };
  while (at < text.length) {
    const mark = text.indexOf('<', at);
    const inside = open.at(-1);
    const between = text.slice(at, mark < 0 ? text.length : mark);
    if (inside !== undefined) inside.text += unescapeXml(between);
    else if (between.trim() !== '' && between.trim() !== '\uFEFF') return undefined;
    if (mark < 0) return undefined;
    at = mark + 1;
    let root: XmlElement | undefined;
    if (text.startsWith('![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      if (end < 0 || inside === undefined) return undefined;
      inside.text += text.slice(at + 8, end);
      at = end + 3;
    } else if (text.startsWith('!--', at)) {
      const end = text.indexOf('-->', at + 3);
      if (end < 0) return undefined;
      at = end + 3;
    } else if (text.startsWith('?xml ', at) && inside === undefined) {
      const end = text.indexOf('?>', at);
      if (end < 0) return undefined;
      at = end + 2;
    } else if (text.startsWith('/', at)) {
      endTag.lastIndex = at + 1;
      const tag = endTag.exec(text);
      if (tag === null || inside === undefined || bare(tag[1] ?? '') !== inside.name) return undefined;
      at = endTag.lastIndex;
      root = close();
    } else {
      startTag.lastIndex = at;
      const tag = startTag.exec(text);
      elements += 1;
      if (tag === null || open.length >= DEPTH || elements > ELEMENTS) return undefined;
      at = startTag.lastIndex;
      open.push({ name: bare(tag[1] ?? ''), attributes: attributesOf(tag[2] ?? ''), children: [], text: '' });
      if (tag[3] === '/') root = close();
    }
    if (root !== undefined) return text.slice(at).trim() === '' ? root : undefined;
  }
  return undefined;
}
