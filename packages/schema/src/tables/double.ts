import { customType } from 'drizzle-orm/pg-core';

/**
 * A double that keeps every number as it is. The drivers write a number as JavaScript does, which drops the sign of
 * minus zero; as text the database reads it.
 */
export const double = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'double precision',
  toDriver: (value) => (Object.is(value, -0) ? '-0' : value),
  fromDriver: Number,
});
