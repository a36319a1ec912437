import type { Run } from '../../../ports/connector.ts';
import { type Answer, exchange } from '../network/exchange.ts';
import type { ConnectorRoom } from '../room.ts';
import type { PlannedRequest } from './planned.ts';
import type { HttpSettings } from './settings.ts';
import { hasSecrets, inForm, inHeader, inJson, SecretsInUse } from './text.ts';

/** An answer, and how to take out of any text what was secret in the request. */
export interface Said extends Answer {
  readonly clean: (text: string) => string;
}

interface Sending extends Run {
  /** Headers of this try, beside the planned ones. */
  readonly extra: Readonly<Record<string, string>>;
  readonly repeatable: boolean;
}

/** Sends planned requests: their secrets are read here, go out, and are gone. Throws as `exchange` and `Secrets`. */
export function sender(
  { destinations, caCertificate, timeoutMs }: Pick<HttpSettings, 'destinations' | 'caCertificate' | 'timeoutMs'>,
  { secrets, network }: Pick<ConnectorRoom, 'secrets' | 'network'>,
): (tenant: string, request: PlannedRequest, sending: Sending) => Promise<Said> {
  return async (tenant, request, { signal, extra, repeatable }) => {
    const inUse = new SecretsInUse(secrets, tenant);
    const headers: Record<string, string> = { ...extra };
    for (const [name, text] of Object.entries(request.headers)) headers[name] = await inUse.fill(text, inHeader);
    const body = await bodyOf(request, inUse);
    if (body !== null) headers['content-type'] ??= body.type;
    const carriesSecrets = [...Object.values(request.headers), body?.text ?? ''].some(hasSecrets);
    const answer = await exchange(
      { method: request.method, url: request.url, headers, body: body?.filled ?? null, carriesSecrets },
      { network, destinations, caCertificate, timeoutMs, repeatable, signal },
    );
    return { ...answer, clean: (text) => inUse.clean(text) };
  };
}

async function bodyOf({ body }: PlannedRequest, inUse: SecretsInUse) {
  if (body === null) return null;
  if ('json' in body) return { text: body.json, filled: await inUse.fill(body.json, inJson), type: 'application/json' };
  return { text: body.form, filled: await inUse.fill(body.form, inForm), type: 'application/x-www-form-urlencoded' };
}
