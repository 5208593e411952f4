import type { Collection, Db } from 'mongodb';
import { within, type Transaction } from '../../mongo.js';
import { defaultReader, languageOf, type ProjectedCourse, type ProjectedUser } from './model.js';

interface CourseDocument {
  _id: string;
  title: string;
  status: string;
  language: string;
  instructorIds: string[];
  /** Left out by events from before courses could be deleted. */
  deleted?: boolean;
  version: number;
}

interface UserDocument {
  _id: string;
  role: string;
  language: string;
  /** Left out by events from before registrations told it. */
  timeZone?: string;
  version: number;
}

interface EnrollmentDocument {
  _id: string;
  userId: string;
  courseId: string;
  active: boolean;
  version: number;
}

/** A snapshot with the version of its source; an older one never replaces a newer one. */
export type CourseSnapshot = Omit<CourseDocument, '_id'> & { readonly id: string };
export type UserSnapshot = Omit<UserDocument, '_id'> & { readonly id: string };
export type EnrollmentSnapshot = Omit<EnrollmentDocument, '_id'> & { readonly id: string };

/** Facts of learning, as its events told them. */
export function projectionRepository(db: Db) {
  const courses: Collection<CourseDocument> = db.collection('projection_courses');
  const users: Collection<UserDocument> = db.collection('projection_users');
  const enrollments: Collection<EnrollmentDocument> = db.collection('projection_enrollments');

  return {
    async saveCourse({ id, ...course }: CourseSnapshot, transaction: Transaction): Promise<void> {
      const known = await courses.findOne({ _id: id }, within(transaction));
      if (known !== null && known.version >= course.version) return;
      await courses.replaceOne({ _id: id }, course, { upsert: true, ...within(transaction) });
    },

    async saveUser({ id, ...user }: UserSnapshot, transaction: Transaction): Promise<void> {
      const known = await users.findOne({ _id: id }, within(transaction));
      if (known !== null && known.version >= user.version) return;
      await users.replaceOne({ _id: id }, user, { upsert: true, ...within(transaction) });
    },

    async saveEnrollment(
      { id, ...enrollment }: EnrollmentSnapshot,
      transaction: Transaction,
    ): Promise<void> {
      const known = await enrollments.findOne({ _id: id }, within(transaction));
      if (known !== null && known.version > enrollment.version) return;
      // Of one version the end wins, so that events in the wrong order leave nobody enrolled.
      if (known?.version === enrollment.version && enrollment.active) return;
      await enrollments.replaceOne({ _id: id }, enrollment, {
        upsert: true,
        ...within(transaction),
      });
    },

    async coursesByIds(
      ids: readonly string[],
      transaction?: Transaction,
    ): Promise<ProjectedCourse[]> {
      const found = await courses.find({ _id: { $in: [...ids] } }, within(transaction)).toArray();
      return found.map(({ _id, title, instructorIds, deleted = false }) => ({
        ...{ id: _id, title, instructorIds, deleted },
      }));
    },

    async userById(id: string, transaction?: Transaction): Promise<ProjectedUser | null> {
      const found = await users.findOne({ _id: id }, within(transaction));
      if (found === null) return null;
      const { timeZone = defaultReader.timeZone, role } = found;
      return { id, role, language: languageOf(found.language), timeZone };
    },

    /** Which of these courses the person is enrolled in at the moment. */
    async enrolledCourseIds(
      userId: string,
      courseIds: readonly string[],
      transaction?: Transaction,
    ): Promise<Set<string>> {
      const found = await enrollments
        .find({ userId, courseId: { $in: [...courseIds] }, active: true }, within(transaction))
        .toArray();
      return new Set(found.map(({ courseId }) => courseId));
    },

    /** Who is enrolled in the course at the moment. */
    async enrolledUserIds(courseId: string, transaction?: Transaction): Promise<string[]> {
      const found = await enrollments
        .find({ courseId, active: true }, { projection: { userId: 1 }, ...within(transaction) })
        .toArray();
      return [...new Set(found.map(({ userId }) => userId))];
    },

    /** Whether the person is or was enrolled. */
    async wasEverEnrolled(
      userId: string,
      courseId: string,
      transaction?: Transaction,
    ): Promise<boolean> {
      return (await enrollments.findOne({ userId, courseId }, within(transaction))) !== null;
    },
  };
}

export type ProjectionRepository = ReturnType<typeof projectionRepository>;
