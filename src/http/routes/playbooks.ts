import { z } from 'zod';
import { ResponsePlaybook } from '../../contracts/response.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { CacaoPlaybook, exportCacao } from '../../respond/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { InTenant } from './params.ts';

const Playbooks = z.object({ items: z.array(ResponsePlaybook) });
const OfFamily = InTenant.extend({ family: z.string().max(64) });

/** What playbooks offer as response, and the same for other products. */
export function playbookRoutes(app: App, { respond, clock }: Pick<ServerDeps, 'respond' | 'clock'>): void {
  const playbooks = respond?.playbooks ?? [];

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/playbooks',
    config: { needs: 'playbooks.read' },
    schema: {
      tags: ['response'],
      summary: 'Response of each playbook, by family of findings',
      params: InTenant,
      response: { 200: Playbooks },
    },
    handler: async (request) => {
      accessOf(request);
      return { items: [...playbooks] };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/playbooks/:family/cacao',
    config: { needs: 'playbooks.read' },
    schema: {
      tags: ['response'],
      summary: 'A playbook as an OASIS CACAO 2.0 document, a human approval before each action',
      params: OfFamily,
      response: { 200: CacaoPlaybook },
    },
    handler: async (request) => {
      accessOf(request);
      const { family } = request.params;
      const found = playbooks.find((playbook) => playbook.family === family);
      if (found === undefined) {
        const known = playbooks.map((playbook) => playbook.family).join(', ');
        throw new BridgewatchError(
          'PLAYBOOK_UNKNOWN',
          `no playbook for "${family}"; there are ${known || 'none'}`,
          404,
        );
      }
      return exportCacao(found, clock.now());
    },
  });
}
