/** Patterns of a `filter_path`, and bytes of it, that are looked at. */
const MOST = 32;
const LONGEST = 1024;

/** Says of a path in an answer (`items`, `create`, `status`) what the client wants. */
export interface Filter {
  /** The value there, whole. */
  wants(...path: readonly string[]): boolean;
  /** The value there, or something inside it. */
  reaches(...path: readonly string[]): boolean;
}

/**
 * Elasticsearch's `filter_path`: comma-separated paths with `*` for a name, or part of one, and `**` for any names; `-` before one takes it out. A path
 * chooses all that is below it.
 */
export function filterPath(query: string | undefined): Filter {
  const patterns = (query ?? '').slice(0, LONGEST).split(',', MOST).filter(Boolean);
  const parts = (pattern: string): readonly Name[] => pattern.split('.', MOST).map(name);
  const taken = patterns.filter((pattern) => !pattern.startsWith('-')).map(parts);
  const left = patterns.filter((pattern) => pattern.startsWith('-')).map((pattern) => parts(pattern.slice(1)));
  const asks = (path: readonly string[], below: boolean): boolean =>
    (taken.length === 0 || taken.some((pattern) => meets(pattern, path, below))) &&
    !left.some((pattern) => meets(pattern, path, false));
  return { wants: (...path) => asks(path, false), reaches: (...path) => asks(path, true) };
}

type Name = '**' | ((name: string) => boolean);

function name(pattern: string): Name {
  if (pattern === '**') return '**';
  const pieces = pattern.split('*').map((piece) => piece.replace(/[^\w-]/g, '\\$&'));
  // At most two stars: more is nobody's, and costs backtracking.
  if (pieces.length > 3) return () => false;
  const expression = new RegExp(`^${pieces.join('.*')}$`);
  return (text) => expression.test(text);
}

/** `pattern` is about `path` or something above it; with `below`, also where it is about something below. */
function meets(pattern: readonly Name[], path: readonly string[], below: boolean): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return true;
  const [head, ...tail] = path;
  if (head === undefined) return below;
  if (first === '**') return meets(rest, path, below) || meets(pattern, tail, below);
  return first(head) && meets(rest, tail, below);
}
