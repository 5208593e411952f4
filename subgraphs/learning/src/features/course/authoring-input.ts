import { z } from 'zod';
import { line, text, whole } from '../../inputs.js';
import { languages } from '../../languages.js';
import { courseAccesses, courseLevels } from './model.js';
import { isSlug } from './slug.js';

export const slugInput = z
  .string()
  .refine(isSlug, 'Use small letters, digits and single hyphens, 80 characters at most.');

const fields = {
  title: line(200),
  summary: text(1_000),
  description: text(50_000),
  objectives: z.array(line(300)).max(20, 'At most 20 objectives.'),
  audience: text(2_000),
  level: z.enum(courseLevels),
  language: z.enum(languages),
  additionalLanguages: z.array(z.enum(languages)).transform((given) => [...new Set(given)]),
  access: z.enum(courseAccesses),
  capacity: whole(1, 1_000_000),
  availableFrom: z.date(),
  availableUntil: z.date(),
};

export const newCourse = z.object({
  title: fields.title,
  slug: slugInput.nullish(),
  summary: fields.summary.nullish().transform((value) => value ?? ''),
  description: fields.description.nullish().transform((value) => value ?? ''),
  objectives: fields.objectives.nullish().transform((value) => value ?? []),
  audience: fields.audience.nullish().transform((value) => value ?? ''),
  level: fields.level.nullish().transform((value) => value ?? 'BEGINNER'),
  language: fields.language.nullish().transform((value) => value ?? 'en'),
  additionalLanguages: fields.additionalLanguages.nullish().transform((value) => value ?? []),
  access: fields.access.nullish().transform((value) => value ?? 'FREE'),
  capacity: fields.capacity.nullish().transform((value) => value ?? null),
  availableFrom: fields.availableFrom.nullish().transform((value) => value ?? null),
  availableUntil: fields.availableUntil.nullish().transform((value) => value ?? null),
});

export const courseChange = z.object({
  title: fields.title.optional(),
  slug: slugInput.optional(),
  summary: fields.summary.optional(),
  description: fields.description.optional(),
  objectives: fields.objectives.optional(),
  audience: fields.audience.optional(),
  level: fields.level.optional(),
  language: fields.language.optional(),
  additionalLanguages: fields.additionalLanguages.optional(),
  access: fields.access.optional(),
  capacity: fields.capacity.nullish(),
  availableFrom: fields.availableFrom.nullish(),
  availableUntil: fields.availableUntil.nullish(),
});
