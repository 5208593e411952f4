import { readFile } from 'node:fs/promises';
import type { GraphqlClient } from '../../client/graphql-client.js';
import { operation, type NoVariables, type Operation } from '../../client/operation.js';
import { root } from '../../root.js';
import type { Money, OpenedCourse } from '../operations.js';
import { expect } from '../play.js';
import type { Say } from './visitor.js';

interface Home {
  readonly me: {
    readonly enrollments: {
      readonly nodes: readonly {
        readonly progressPercent: number;
        readonly course: {
          readonly title: string;
          readonly price: Money | null;
          readonly discussions: { readonly nodes: readonly unknown[] } | null;
          readonly analytics: { readonly activeLearners: number };
        };
      }[];
    };
    readonly notifications: { readonly nodes: readonly { readonly title: string }[] } | null;
    readonly orders: { readonly nodes: readonly { readonly status: string }[] } | null;
  } | null;
}

/** The published operation that crosses all four subgraphs. */
export const readFlagship = async (): Promise<Operation<Home, NoVariables>> =>
  operation<Home>(await readFile(new URL('schema/operations/flagship.graphql', root), 'utf8'));

/** One request for the learner's home screen, answered by all four subgraphs. */
export async function openHome(
  client: GraphqlClient,
  course: OpenedCourse,
  say: Say,
): Promise<void> {
  const { me } = await client.request(await readFlagship(), {});
  expect(me !== null, 'The learner is not signed in any more.');
  const [enrollment] = me.enrollments.nodes;
  expect(
    enrollment?.course.title === course.title && enrollment.progressPercent === 100,
    'learning: the completed course is missing.',
  );
  expect(
    me.orders !== null && enrollment.course.price?.amountMinor === course.price?.amountMinor,
    'commerce: the price or the orders are missing.',
  );
  expect(
    course.access === 'FREE' || me.orders.nodes[0]?.status === 'PAID',
    'commerce: the paid order is missing.',
  );
  expect(
    enrollment.course.discussions !== null && (me.notifications?.nodes.length ?? 0) > 0,
    'content: the discussions or the notifications are missing.',
  );
  expect(
    Number.isInteger(enrollment.course.analytics.activeLearners),
    'insights: the analytics are missing.',
  );
  say('learning, commerce, content and insights in one answer');
}
