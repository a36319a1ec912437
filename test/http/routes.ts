/** Routes out of fastify's own tree, where a child line continues its parent's path: `GET /api/v1/me`. */
export function served(tree: string): string[] {
  const path: string[] = [];
  const routes: string[] = [];
  for (const line of tree.split('\n')) {
    const found = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)$/.exec(line);
    if (found === null) continue;
    const [, indent = '', part = '', methods = ''] = found;
    path.splice(indent.length / 4, Infinity, part);
    for (const method of methods.split(', ')) routes.push(`${method} ${path.join('')}`);
  }
  return routes.toSorted();
}
