/** The ways in, as the API names them. */
export type Door = 'bulk' | 'hec' | 'otlp' | 'syslog' | 'file' | 'nats';

/** How each door is called by people who set up a shipper. */
export const doorNames: Readonly<Record<Door, string>> = {
  bulk: 'Elasticsearch _bulk',
  hec: 'Splunk HEC',
  otlp: 'OTLP logs over HTTP',
  syslog: 'Syslog',
  file: 'Files on the server',
  nats: 'NATS JetStream',
};

/** The door's address as the console's viewer would reach it: what listens everywhere has no address of its own. */
export const reachableDoor = (door: string, host: string): string =>
  door.replace(/\/\/(0\.0\.0\.0|\[::\])/, `//${host}`);

/**
 * What a shipper of that door is told, with its token: the shortest that works, one shipper each; docs/ingest.md has the others.
 * `host` is where the console is; `url` is where HTTP doors listen, where the server says so.
 */
export function snippetFor(
  door: Door,
  {
    host,
    id,
    token,
    url = `https://${host}:<port>`,
  }: { host: string; id: string; token: string; url?: string | undefined },
): string {
  switch (door) {
    case 'bulk':
      return [
        '# filebeat.yml, winlogbeat.yml',
        'output.elasticsearch:',
        `  hosts: ["${url}"]`,
        `  api_key: "${id}:${token}"`,
        'setup.ilm.enabled: false',
        'setup.template.enabled: false',
      ].join('\n');
    case 'hec':
      return [
        `curl ${url}/services/collector/event \\`,
        `  -H 'Authorization: Splunk ${token}' \\`,
        `  -d '{"event": {"message": "hello"}, "host": "web01"}'`,
      ].join('\n');
    case 'otlp':
      return [
        '# OpenTelemetry Collector',
        'exporters:',
        '  otlphttp/bridgewatch:',
        `    endpoint: ${url}`,
        '    headers:',
        `      Authorization: Bearer ${token}`,
      ].join('\n');
    case 'syslog':
      return [
        '# rsyslog; a sender known by certificate or address needs no token',
        'template(name="bridgewatch" type="string" string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% %PROCID% %MSGID% ' +
          `[bridgewatch@32473 token=\\"${token}\\"] %msg%\\n")`,
        `*.* action(type="omfwd" target="${host}" port="<port>" protocol="tcp" template="bridgewatch"`,
        '  StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"',
        `  StreamDriverPermittedPeers="${host}" queue.type="LinkedList" action.resumeRetryCount="-1")`,
      ].join('\n');
    case 'file':
    case 'nats':
      return `# read by the server itself, which needs no token: its configuration names the source ${id}`;
  }
}
