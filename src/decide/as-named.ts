import type { FactBody } from '../contracts/context.ts';
import type { Entity } from '../contracts/entity.ts';

/**
 * An entity as lenses name it, so that what a person writes is found in telemetry: hosts and accounts in lower case and without their
 * domain, files, names and addresses in lower case; keys of processes and cloud resources as they are.
 */
export function asNamed({ kind, value }: Entity): Entity {
  if (kind === 'process' || kind === 'cloud_resource') return { kind, value: value.trim() };
  const name = value.trim().toLowerCase();
  if (kind === 'user') return { kind, value: accountOf(name) };
  return { kind, value: kind === 'host' ? hostOf(name) : name };
}

/** The same for the hosts and accounts inside a fact. */
export function asNamedIn(body: FactBody): FactBody {
  if (body.kind === 'maintenance_window') return { ...body, also: body.also.map(asNamed) };
  if (body.kind !== 'expected_behaviour') return body;
  return {
    ...body,
    hosts: body.hosts.map((host) => hostOf(host.trim().toLowerCase())),
    techniques: body.techniques.map((technique) => technique.trim().toUpperCase()),
    families: body.families.map((family) => family.trim().toLowerCase()),
  };
}

function accountOf(name: string): string {
  const bare = name.slice(name.lastIndexOf('\\') + 1);
  const at = bare.indexOf('@');
  return at > 0 ? bare.slice(0, at) : bare;
}

function hostOf(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 && !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) ? name.slice(0, dot) : name;
}
