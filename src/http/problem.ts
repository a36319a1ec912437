import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { BridgewatchError } from '../kernel/errors.ts';

/** RFC 9457 problem details, with our stable code. */
export const Problem = z.object({
  /** `urn:bridgewatch:error:<code>`; docs/errors.md lists them. */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  /** Where a request does not fit its schema: JSON pointer and what is wrong there. */
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** What the framework refuses before a handler runs, in our words. */
const frameworkErrors: Readonly<Record<string, (error: FastifyError) => BridgewatchError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new BridgewatchError('HTTP_BODY_TOO_LARGE', 'the body is larger than this route takes', 413),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    new BridgewatchError('HTTP_BODY_EMPTY', 'the body is empty; this route takes a JSON object', 400),
  FST_ERR_CTP_INVALID_JSON_BODY: () => new BridgewatchError('HTTP_BODY_NOT_JSON', 'the body is not JSON', 400),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new BridgewatchError('HTTP_MEDIA_TYPE', 'the body has another media type than application/json', 415),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new BridgewatchError('HTTP_CONTENT_LENGTH', 'the body is not as long as Content-Length says', 400),
  FST_ERR_BAD_URL: () =>
    new BridgewatchError('HTTP_URL_BAD', 'the path has a percent-encoding that does not decode', 400),
  FST_ERR_MAX_PARAM_LENGTH: () =>
    new BridgewatchError('HTTP_PATH_TOO_LONG', 'a part of the path is longer than any id', 414),
  FST_ERR_HANDLER_TIMEOUT: () =>
    new BridgewatchError('HTTP_TIMEOUT', 'the server did not finish in time; try again', 503),
};

function asOurs(error: FastifyError | BridgewatchError): BridgewatchError {
  if (error instanceof BridgewatchError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    return new BridgewatchError(
      'HTTP_REQUEST_INVALID',
      `the ${error.validationContext ?? 'request'} does not fit; see errors`,
      400,
    );
  }
  const known = frameworkErrors[error.code];
  if (known !== undefined) return known(error);
  if (error instanceof SyntaxError) return new BridgewatchError('HTTP_BODY_NOT_JSON', 'the body is not JSON', 400);
  const status = error.statusCode ?? 500;
  // A client's error keeps its words; ours go to the log, never to the client.
  if (status >= 400 && status < 500) return new BridgewatchError('HTTP_REQUEST_REFUSED', error.message, status);
  return new BridgewatchError('HTTP_INTERNAL', 'the server failed; its log has the cause', 500, { cause: error });
}

/** The problem document of an error. Causes of 5xx stay in the log. */
function problemOf(error: BridgewatchError): Problem {
  return {
    type: `urn:bridgewatch:error:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail:
      error.status >= 500 && error.code !== 'HTTP_TIMEOUT' ? 'the server failed; its log has the cause' : error.message,
  };
}

/** Answers with a problem document. */
export function sendProblem(reply: FastifyReply, error: BridgewatchError, errors?: Problem['errors']): FastifyReply {
  const problem = errors === undefined ? problemOf(error) : { ...problemOf(error), errors };
  return reply
    .code(error.status)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .send(problem);
}

/** Fastify's error handler: every error leaves as a problem document. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const ours = asOurs(error);
  if (ours.status >= 500) request.log.error({ err: error }, 'request failed');
  if (!hasZodFastifySchemaValidationErrors(error)) return sendProblem(reply, ours);
  const errors = error.validation.map((each) => ({
    pointer: each.instancePath,
    message: each.message ?? 'does not fit',
  }));
  return sendProblem(reply, ours, errors.slice(0, 20));
}
