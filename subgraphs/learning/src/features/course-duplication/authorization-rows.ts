import { newId } from '@pcc/platform';
import { authors, mutation, type FieldRow } from '../../authorization/table.js';

export const fieldRows: FieldRow[] = [];

export const mutationRows = [
  mutation(
    'duplicateCourse',
    'published',
    ({ scratch }) => ({ courseId: scratch.id, clientRequestId: newId() }),
    authors('FORBIDDEN'),
  ),
];
