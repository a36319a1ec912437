import type { BridgewatchError } from '../../../kernel/errors.ts';

/** HTTP status -> the name Elasticsearch's clients know such a fault by. */
const types: Readonly<Record<number, string>> = {
  401: 'security_exception',
  404: 'resource_not_found_exception',
  408: 'receive_timeout_transport_exception',
  413: 'content_too_long_exception',
  415: 'media_type_header_exception',
  429: 'es_rejected_execution_exception',
  503: 'unavailable_shards_exception',
};

/** A refusal in Elasticsearch's shape. Our code leads the reason, so that a shipper's own log says it. */
export function elasticProblem(refused: BridgewatchError, type?: string): object {
  const cause = {
    type: type ?? types[refused.status] ?? 'illegal_argument_exception',
    reason: `${refused.code}: ${refused.message}`,
  };
  return { error: { root_cause: [cause], ...cause }, status: refused.status };
}
