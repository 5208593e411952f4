/** Decides which progressive overrides hold for one request. @returns labels, in a fixed order */
export type OverrideChoice = () => readonly string[];

const percentForm = /^percent\((\d+(?:\.\d+)?)\)$/;
const none: readonly string[] = [];

/**
 * `percent(5)` holds for five requests of a hundred. One die is thrown for all labels of a request: what holds at
 * 5 per cent then holds at 20 too, so that an operation has as many plans as there are percentages and one more,
 * not as many as combinations. Labels of somebody's own never hold: there is nobody here to ask about them.
 * @param random from 0 to below 1
 */
export function overrideChoice(
  labels: readonly string[],
  random: () => number = Math.random,
): OverrideChoice {
  const rising = labels
    .flatMap((label) => {
      const percent = percentForm.exec(label)?.[1];
      return percent === undefined ? [] : [{ label, percent: Number(percent) }];
    })
    .sort((one, other) => one.percent - other.percent);
  if (rising.length === 0) return () => none;
  return () => {
    const die = random() * 100;
    return rising.filter(({ percent }) => die < percent).map(({ label }) => label);
  };
}
