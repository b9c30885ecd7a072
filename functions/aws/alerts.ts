/** How people and programs hear of findings: an event on the hub's bus, and a message. */

import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { asked, errorFromEntry, type View } from './errors.ts';

/** SNS takes up to 100 ASCII characters without line breaks as the subject of an email (G-V5). */
const LONGEST_SUBJECT = 100;

/** @throws LakeError when EventBridge refuses the call or, in its answer, the entry. */
export async function putEvent(
  events: EventBridgeClient,
  event: { bus: string; source: string; detailType: string; detail: unknown },
): Promise<void> {
  const view: View = { account: 'the hub', owner: true, doing: `put "${event.detailType}" on bus ${event.bus}` };
  const answer = await asked(view, () =>
    events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: event.bus,
            Source: event.source,
            DetailType: event.detailType,
            Detail: JSON.stringify(event.detail),
          },
        ],
      }),
    ),
  );
  // A refused entry is a 200 to the SDK.
  if ((answer.FailedEntryCount ?? 0) > 0) throw errorFromEntry(answer.Entries?.[0] ?? {}, view);
}

/** The subject is made what SNS takes. @throws LakeError when it would not be published. */
export async function publishAlert(
  sns: SNSClient,
  message: { topicArn: string; subject: string; body: string },
): Promise<void> {
  await asked({ account: 'the hub', owner: true, doing: `publish to ${message.topicArn}` }, () =>
    sns.send(
      new PublishCommand({
        TopicArn: message.topicArn,
        Subject: subjectOf(message.subject),
        Message: message.body,
      }),
    ),
  );
}

/** What SNS would refuse is replaced, what is too long is cut with a sign of it: an alert must go out. */
function subjectOf(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return plain.length <= LONGEST_SUBJECT ? plain : `${plain.slice(0, LONGEST_SUBJECT - 3)}...`;
}
