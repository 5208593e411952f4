import { createMongoEventCollections } from '@pcc/events';
import type { MongoMigration } from '@pcc/stores';
import type { Db, Document } from 'mongodb';

const text = { bsonType: 'string' };
const textOrNull = { bsonType: ['string', 'null'] };
const date = { bsonType: 'date' };
const count = { bsonType: ['int', 'long', 'double'], minimum: 0 };

const objectOf = (properties: Document, optional: Document = {}): Document => ({
  bsonType: 'object',
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
});

const days = (number: number) => number * 24 * 60 * 60;

/** Collections with what every document of theirs must have. */
const validators: Readonly<Record<string, Document>> = {
  notification_queue: objectOf({
    _id: text,
    recipientId: text,
    eventId: text,
    channel: text,
    kind: text,
    courseId: textOrNull,
    orderId: textOrNull,
    facts: { bsonType: 'object' },
    status: { enum: ['PENDING', 'DELIVERED', 'SKIPPED', 'FAILED'] },
    priority: count,
    dueAt: date,
    attempts: count,
    claimToken: textOrNull,
    lastError: textOrNull,
    createdAt: date,
    expireAt: date,
  }),
  notification_logs: objectOf(
    {
      _id: text,
      recipientId: text,
      channel: text,
      kind: text,
      title: text,
      body: text,
      language: text,
      createdAt: date,
    },
    { seq: count, readAt: { bsonType: ['date', 'null'] } },
  ),
  notification_counters: objectOf({ _id: text, seq: count }),
  notification_templates: objectOf({
    _id: text,
    kind: text,
    channel: text,
    language: text,
    title: text,
    body: text,
  }),
  notification_preferences: objectOf({
    _id: text,
    mutedKinds: { bsonType: 'array', items: text },
    updatedAt: date,
  }),
  user_content: objectOf(
    {
      _id: text,
      type: { enum: ['DISCUSSION', 'REPLY', 'RATING'] },
      courseId: text,
      authorId: text,
      createdAt: date,
    },
    {
      title: { bsonType: 'string', minLength: 1, maxLength: 200 },
      body: { bsonType: 'string', minLength: 1, maxLength: 10_000 },
      replyCount: count,
      stars: { bsonType: ['int', 'long', 'double'], minimum: 1, maximum: 5 },
    },
  ),
  course_ratings: objectOf({ _id: text, sum: count, count, version: count }),
  system_events: objectOf({
    _id: text,
    action: text,
    actorId: textOrNull,
    subjectType: text,
    subjectId: text,
    details: { bsonType: 'object' },
    occurredAt: date,
  }),
  projection_courses: objectOf({
    _id: text,
    title: text,
    status: text,
    instructorIds: { bsonType: 'array', items: text },
    version: count,
  }),
  projection_users: objectOf({ _id: text, role: text, language: text, version: count }),
  projection_enrollments: objectOf({
    _id: text,
    userId: text,
    courseId: text,
    active: { bsonType: 'bool' },
    version: count,
  }),
};

const eventCollections = ['outbox', 'inbox', 'dead_letters'];

/** Each index serves the query named beside it. */
async function createIndexes(db: Db): Promise<void> {
  await db.collection('notification_queue').createIndexes([
    // One notification per event, recipient and channel.
    { key: { recipientId: 1, eventId: 1, channel: 1 }, name: 'queue_once', unique: true },
    // The workers' claim, in the order they take.
    { key: { status: 1, priority: -1, dueAt: 1 }, name: 'queue_claim' },
    { key: { expireAt: 1 }, name: 'queue_expiry', expireAfterSeconds: 0 },
  ]);
  const inApp = { channel: 'in_app' };
  await db.collection('notification_logs').createIndexes([
    // A person's list, and replay. Unique: no `seq` twice.
    {
      key: { recipientId: 1, seq: -1 },
      name: 'logs_by_seq',
      unique: true,
      partialFilterExpression: inApp,
    },
    // The unread list and count.
    {
      key: { recipientId: 1, readAt: 1, seq: -1 },
      name: 'logs_unread',
      partialFilterExpression: inApp,
    },
    { key: { createdAt: 1 }, name: 'logs_expiry', expireAfterSeconds: days(365) },
  ]);
  await db.collection('user_content').createIndexes([
    // Discussions of a course, newest first.
    { key: { courseId: 1, type: 1, _id: -1 }, name: 'content_by_course' },
    // Replies of a discussion, oldest first.
    {
      key: { discussionId: 1, _id: 1 },
      name: 'replies_by_discussion',
      partialFilterExpression: { type: 'REPLY' },
    },
    // One rating per learner and course.
    {
      key: { courseId: 1, authorId: 1 },
      name: 'rating_once',
      unique: true,
      partialFilterExpression: { type: 'RATING' },
    },
  ]);
  await db.collection('system_events').createIndexes([
    { key: { action: 1, _id: -1 }, name: 'events_by_action' },
    { key: { occurredAt: 1 }, name: 'events_expiry', expireAfterSeconds: days(730) },
  ]);
  // Who is, or was, enrolled.
  await db
    .collection('projection_enrollments')
    .createIndex({ userId: 1, courseId: 1 }, { name: 'enrollments_by_user' });
}

export const init: MongoMigration = {
  name: '0001_init',
  // Collections are made outside transactions, so a run that stopped half-way is continued here.
  async up(db) {
    const existing = await db.listCollections({}, { nameOnly: true }).toArray();
    const missing = (name: string) => !existing.some((one) => one.name === name);
    for (const [name, schema] of Object.entries(validators).filter(([name]) => missing(name))) {
      await db.createCollection(name, { validator: { $jsonSchema: schema } });
    }
    for (const name of eventCollections.filter(missing)) await db.createCollection(name);
    await createIndexes(db);
    await createMongoEventCollections(db);
  },
  async down(db) {
    for (const name of [...Object.keys(validators), ...eventCollections]) {
      await db.dropCollection(name);
    }
  },
};
