/** Who may know whom. Each rule says why; docs/architecture.md draws it. */
const stages = 'ingest|detect|triage|enrich|investigate|decide|respond|learn|oversee|hunt';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle is two rooms that are really one.', {}, { circular: true }),
    rule(
      'kernel-knows-nobody',
      'The kernel is what everything stands on.',
      { path: '^src/kernel' },
      { path: '^src/(?!kernel)' },
    ),
    rule(
      'contracts-are-nouns',
      'Nouns know the kernel only.',
      { path: '^src/contracts' },
      { path: '^src/(?!kernel|contracts)' },
    ),
    rule(
      'sigma-stands-alone',
      'The engine is published by itself: nothing of the product.',
      { path: '^src/sigma', pathNot: '\\.test\\.ts$' },
      { path: '^src/(?!sigma)' },
    ),
    rule(
      'pure-leaves',
      'Lenses, Sigma, score and reliability are pure: nothing from Node, no I/O.',
      { path: '^src/(lenses|sigma|score|reliability)', pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'leaves-know-nouns',
      'Lenses, score and reliability know kernel and contracts only.',
      { path: '^src/(lenses|score|reliability)', pathNot: '\\.test\\.ts$' },
      { path: '^src/(?!kernel|contracts|lenses|score|reliability)' },
    ),
    rule(
      'leaves-apart',
      'A lens needs no scores, reliability needs neither, and the reverse.',
      { path: '^src/(lenses|score|reliability)/', pathNot: '\\.test\\.ts$' },
      { path: '^src/(lenses|score|reliability)/', pathNot: '^src/$1/' },
    ),
    rule(
      'ports-are-interfaces',
      'Ports name what the outside must do, nothing more.',
      { path: '^src/ports' },
      { path: '^src/(?!kernel|contracts|ports)' },
    ),
    rule(
      'ledger-is-below-stages',
      'Every stage writes to it, so it may know none.',
      { path: '^src/ledger' },
      { path: '^src/(?!kernel|contracts|ports|ledger)' },
    ),
    rule(
      'stages-are-strangers',
      'A stage takes what it needs as a function from topology.ts.',
      { path: `^src/(${stages})/`, pathNot: '\\.test\\.ts$' },
      { path: `^src/(${stages})/`, pathNot: '^src/$1/' },
    ),
    rule(
      'stages-do-no-io',
      'Stages reach the world through ports.',
      { path: `^src/(${stages})/`, pathNot: '\\.test\\.ts$' },
      { path: '^src/(adapters|http|mcp|cli|topology|main|sample)' },
    ),
    rule(
      'canaries-are-out-of-sight',
      'What scores, investigates, recommends or shows must not be able to tell a planted threat from any other.',
      { path: '^src', pathNot: '^src/(decide/autonomy|oversee|adapters/postgres)/|\\.test\\.ts$' },
      { path: '^src/ports/state/canaries\\.ts$' },
    ),
    rule(
      'adapters-know-ports',
      'Adapters implement ports with nouns, the kernel and the ledger format.',
      { path: '^src/adapters', pathNot: '\\.test\\.ts$' },
      { path: '^src/(?!kernel|contracts|ports|adapters|ledger)' },
    ),
    rule(
      'only-the-host-picks-adapters',
      'The command line and the host decide what is real; nothing else may.',
      { path: '^src', pathNot: '^src/(main\\.ts|adapters|cli/|host/)|\\.test\\.ts$' },
      { path: '^src/adapters' },
    ),
    rule(
      'faces-only',
      'Http, mcp and cli reach a stage through its index.',
      { path: '^src/(http|mcp|cli)' },
      { path: `^src/(${stages})/(?!index\\.ts$)` },
    ),
    rule(
      'sample-is-outside',
      'The sample writes telemetry as a stranger would; it may not know how it is read.',
      { path: '^src/sample', pathNot: '\\.test\\.ts$' },
      { path: '^src/(?!kernel|sample)' },
    ),
    rule(
      'web-knows-the-contract',
      'The console knows HTTP and nothing of the server.',
      { path: '^web/src' },
      { path: '^src' },
    ),
    rule(
      'no-orphans',
      'Dead code is deleted.',
      { orphan: true, pathNot: '(^web/|\\.test\\.ts$|\\.d\\.ts$|^src/main\\.ts$)' },
      {},
    ),
    rule(
      'no-undeclared',
      'What we ship we declare.',
      { path: '^src', pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
