/**
 * Measures contenders in turns, a slice of the work each. A machine grows slower and faster again within a minute, above
 * all one that is shared: whoever is measured alone is measured in another weather than the others.
 * @returns each contender's slices, in the order of the contenders
 */
export async function inTurns<Contender, Slice>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender, round: number) => Promise<Slice>,
): Promise<Slice[][]> {
  const slices: Slice[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      slices[index]?.push(await measure(contender, round));
    }
  }
  return slices;
}

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);
