/**
 * Measures contenders in turns, a slice of the work each. A machine grows slower and faster again within a minute, above
 * all one that is shared: whoever is measured alone is measured in another weather than the others. Nor does anyone keep a
 * place: each round begins with another contender, and every second one goes backwards, so that nobody always comes right
 * after the same neighbour, who may leave caches cold and a processor hot.
 * @returns each contender's slices, in the order of the contenders
 */
export async function inTurns<Contender, Slice>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender, round: number) => Promise<Slice>,
): Promise<Slice[][]> {
  const slices: Slice[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const index of orderOfRound(contenders.length, round)) {
      const contender = contenders[index];
      if (contender !== undefined) slices[index]?.push(await measure(contender, round));
    }
  }
  return slices;
}

function orderOfRound(count: number, round: number): number[] {
  const order = Array.from({ length: count }, (_, place) => (place + round) % count);
  return round % 2 === 0 ? order : order.reverse();
}

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);
