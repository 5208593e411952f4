import { mergeHandlers, type EventHandlers } from '@pcc/events';
import type { Logger } from '@pcc/platform';
import type { ObjectStorage } from '@pcc/stores';
import type { Database } from './database.js';
import { makeAdmin } from './features/administration/first-admin.js';
import { administrationService } from './features/administration/service.js';
import { announcementService } from './features/announcement/service.js';
import { categoryAuthoringService } from './features/category/authoring-service.js';
import { categoryService } from './features/category/service.js';
import { certificateService } from './features/certificate/service.js';
import { courseDuplicationService } from './features/course-duplication/service.js';
import { coursePrerequisiteService } from './features/course-prerequisite/service.js';
import { activityEventHandlers } from './features/activity/events.js';
import { activityService } from './features/activity/service.js';
import { certificateDocumentService } from './features/certificate/document-service.js';
import { certificateObjectStore } from './features/certificate/object-store.js';
import { cohortService } from './features/cohort/service.js';
import { courseAuthoringService } from './features/course/authoring-service.js';
import { catalogueService } from './features/course/catalogue-service.js';
import { courseEventHandlers } from './features/course/events.js';
import { courseInstructorService } from './features/course/instructor-service.js';
import { courseLifecycleService } from './features/course/lifecycle-service.js';
import { courseService } from './features/course/service.js';
import { passwordChangeService } from './features/credential/password-change-service.js';
import { credentialService } from './features/credential/service.js';
import { emailChangeService } from './features/email-change/service.js';
import { enrollmentAdministration as administrationOf } from './features/enrollment/administration-service.js';
import { admissionService } from './features/enrollment/admission-service.js';
import { enrollmentEventHandlers } from './features/enrollment/events.js';
import { seatKeeper } from './features/enrollment/seats.js';
import { enrollmentService } from './features/enrollment/service.js';
import { impersonationService } from './features/impersonation/service.js';
import { lessonArrangementService } from './features/lesson/arrangement-service.js';
import { invitationService } from './features/invitation/service.js';
import { lessonAccessService } from './features/lesson-access/service.js';
import { lessonAuthoringService } from './features/lesson/authoring-service.js';
import { lessonService } from './features/lesson/service.js';
import { profileService } from './features/profile/service.js';
import { progressService } from './features/progress/service.js';
import { quizService } from './features/quiz/service.js';
import { registrationService } from './features/registration/service.js';
import { openSessionService } from './features/session/open-session-service.js';
import { createPeople, type PeopleDeps } from './people.js';
import { statisticsService } from './features/statistics/service.js';
import { waitingListService } from './features/waiting-list/service.js';

export interface ContainerDeps extends PeopleDeps {
  readonly storage: ObjectStorage;
  /** Where anybody checks a certificate. */
  readonly verificationUrl: string;
  readonly logger: Logger;
}

export type Services = ReturnType<typeof createServices>;

/** All the wiring. A service is given only those that stand above it. */
export function createServices(deps: ContainerDeps) {
  const { database, unitOfWork, clock } = deps;
  const stores = { database, unitOfWork, clock };
  const people = createPeople(deps);
  const { passwords, mails, sessions, accounts } = people;
  const openSessions = openSessionService({ ...stores, sessions });
  const profiles = profileService({ unitOfWork, accounts });
  const registrations = registrationService({ ...people, database, clock });
  const credentials = credentialService({ ...stores, sessions, passwords });
  const passwordChanges = passwordChangeService({ ...people, credentials });
  const emailChanges = emailChangeService({ ...people, credentials });
  const administration = administrationService({ ...stores, accounts, sessions });
  const impersonations = impersonationService(people);
  const courses = courseService({ database, clock });
  const catalogue = catalogueService({ database, clock });
  const courseLifecycle = courseLifecycleService({ ...stores, courses });
  const courseInstructors = courseInstructorService({ ...stores, accounts, courses });
  const categories = categoryService({ database });
  const categoryAuthoring = categoryAuthoringService({ unitOfWork, clock, courses });
  const coursePrerequisites = coursePrerequisiteService({ database, unitOfWork, courses });
  const courseDuplication = courseDuplicationService({ unitOfWork, clock, courses });
  const announcements = announcementService({ ...stores, courses });
  const certificates = certificateService({ database, clock });
  const certificateDocuments = certificateDocumentService({
    ...deps,
    objects: certificateObjectStore(deps.storage),
  });
  const waitingList = waitingListService({ database, clock });
  const seats = seatKeeper({ courses, coursePrerequisites, certificates, waitingList, clock });
  const enrollments = enrollmentService({ ...stores, courses, certificates, seats });
  const admissions = admissionService({ ...stores, courses, waitingList, seats });
  const enrollmentAdministration = administrationOf({ ...stores, accounts, courses, seats });
  const courseAuthoring = courseAuthoringService({ unitOfWork, accounts, courses, enrollments });
  const invitations = invitationService({ ...stores, accounts, courses, enrollments });
  const cohorts = cohortService({ ...stores, accounts, courses, enrollments });
  const lessons = lessonService({ database, clock });
  const lessonAuthoring = lessonAuthoringService({ unitOfWork, clock, courses, enrollments });
  const lessonArrangement = lessonArrangementService({ unitOfWork, courses, enrollments });
  const lessonAccess = lessonAccessService({ database, clock });
  const progress = progressService({
    ...stores,
    courses,
    lessons,
    lessonAccess,
    enrollments,
  });
  const quizzes = quizService({ ...stores, courses, enrollments });
  const activities = activityService({ database, clock });
  const statistics = statisticsService({ database });
  return {
    mails,
    sessions,
    openSessions,
    accounts,
    profiles,
    registrations,
    credentials,
    passwordChanges,
    emailChanges,
    administration,
    impersonations,
    makeAdmin: makeAdmin({ ...people, links: mails }),
    courses,
    catalogue,
    courseAuthoring,
    courseLifecycle,
    courseInstructors,
    coursePrerequisites,
    courseDuplication,
    categories,
    categoryAuthoring,
    announcements,
    lessons,
    lessonAuthoring,
    lessonArrangement,
    lessonAccess,
    enrollments,
    admissions,
    enrollmentAdministration,
    waitingList,
    invitations,
    cohorts,
    progress,
    quizzes,
    certificates,
    certificateDocuments,
    activities,
    statistics,
  };
}

/** What this subgraph does when something happened elsewhere. */
export const createHandlers = ({ enrollments, activities }: Services): EventHandlers<Database> =>
  mergeHandlers(
    enrollmentEventHandlers(enrollments),
    courseEventHandlers,
    activityEventHandlers(activities),
  );
