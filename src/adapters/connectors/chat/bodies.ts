import type { Notice } from '../../../ports/notifier.ts';

/**
 * A message as Slack's incoming webhooks take it (Block Kit). Hostile text stands in `plain_text` objects, which are not read as mrkdwn; the
 * fallback text is, so `&`, `<` and `>` are escaped there: no mention, no link, no channel-wide call.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function slackBody({ subject, text, link }: Notice): object {
  return {
    text: slackEscaped(subject),
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(subject, 150), emoji: false } },
      ...(text.trim() === ''
        ? []
        : [{ type: 'section', text: { type: 'plain_text', text: cut(text, 3000), emoji: false } }]),
      ...(link === null
        ? []
        : [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `<${slackEscaped(link)}|Open in Bridgewatch>`, verbatim: true },
            },
          ]),
    ],
  };
}

export function slackEscaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A message as Teams' workflow webhooks take it: an Adaptive Card. Hostile text stands in TextRuns, for which the format has no markdown;
 * a TextBlock would read it. https://adaptivecards.io/explorer/TextRun.html
 */
export function teamsBody({ subject, text, link }: Notice): object {
  const run = (words: string, part: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: unexpanded(words), ...part }],
  });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            run(cut(subject, 150), { weight: 'Bolder' }),
            ...cut(text, 5000)
              .split('\n')
              .filter((line) => line.trim() !== '')
              .map((line) => run(line)),
          ],
          actions: link === null ? [] : [{ type: 'Action.OpenUrl', title: 'Open in Bridgewatch', url: link }],
        },
      },
    ],
  };
}

/** Cards expand `{{DATE(...)}}`, and templates `${...}`. */
function unexpanded(text: string): string {
  return text.replaceAll('{{', '{ {').replaceAll('${', '$ {');
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
