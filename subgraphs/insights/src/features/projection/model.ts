/** Which courses a viewer may see figures of. */
export type Scope =
  { readonly kind: 'all' } | { readonly kind: 'courses'; readonly courseIds: readonly string[] };

/** A condition on a column of course ids, and the parameters that it needs. */
export interface ScopeFilter {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export const scopeFilter = (scope: Scope, column = 'course_id'): ScopeFilter =>
  scope.kind === 'all'
    ? { sql: 'true', parameters: {} }
    : {
        sql: `${column} IN {scopeCourseIds:Array(UUID)}`,
        parameters: { scopeCourseIds: scope.courseIds },
      };
