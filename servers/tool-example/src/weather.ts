const UNITS = ['celsius', 'fahrenheit'] as const;
export type Unit = (typeof UNITS)[number];

export interface Weather {
  location: string;
  unit: Unit;
  temperature: number;
  conditions: string;
}

const CONDITIONS = ['sunny', 'cloudy', 'rainy', 'windy', 'snowy'];

/** Invented, and always the same for a location, so that nobody takes it for a forecast and tests can rely on it. */
export function weatherAt(location: string, unit: Unit): Weather {
  const seed = Buffer.from(location.toLowerCase()).reduce((sum, byte) => (sum * 31 + byte) % 9973, 7);
  const celsius = (seed % 35) - 5;
  return {
    location,
    unit,
    temperature: unit === 'celsius' ? celsius : Math.round((celsius * 9) / 5 + 32),
    conditions: CONDITIONS[seed % CONDITIONS.length] ?? 'sunny',
  };
}

/** The arguments of a call, or a sentence that says what is wrong with them. */
export function argumentsIn(body: string): { location: string; unit: Unit } | string {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return 'The body must be JSON, such as {"location": "Zurich"}.';
  }
  const { location, unit = 'celsius' } = Object(given) as { location?: unknown; unit?: unknown };
  if (typeof location !== 'string' || location.trim() === '')
    return 'location must be the name of a place, such as "Zurich".';
  const known = UNITS.find((each) => each === unit);
  return known ? { location, unit: known } : `unit must be one of ${UNITS.join(', ')}.`;
}
