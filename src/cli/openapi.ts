import type { Command } from 'commander';
import { openapiDocument } from '../http/openapi-document.ts';

/** `bridgewatch openapi`: the API's description on standard output, for generating clients. */
export function registerOpenapi(program: Command): void {
  program
    .command('openapi')
    .description('print the HTTP API as an OpenAPI 3.1 document (JSON)')
    .action(async () => {
      process.stdout.write(`${JSON.stringify(await openapiDocument(), null, 2)}\n`);
    });
}
