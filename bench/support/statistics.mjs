/** The value below which this share of the values lies, by nearest rank. */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? (sorted[middle - 1] + sorted[middle]) / 2
    : sorted[Math.floor(middle)];
}

/**
 * What several rounds say of two candidates: the medians, the median of the ratios of each round
 * (noise of one moment hits both sides of it), and the smallest and largest of these.
 */
export function compareRounds(values, peerValues) {
  const ratios = values.map((value, round) => value / peerValues[round]);
  return {
    value: median(values),
    peer: median(peerValues),
    ratio: median(ratios),
    ratioRange: [Math.min(...ratios), Math.max(...ratios)],
  };
}
