// One hash tag, so that a cluster keeps all of popularity in one slot: transactions and unions need that.
/** Sorted set: what people did in one hour, by item. */
export const hourKey = (hour: number) => `{popularity}:hour:${hour}`;
/** Sorted set: the union of the hours that count now. */
export const unionKey = '{popularity}:union';
/** The ids of the events of one partition that were counted last: two generations, so that they stay bounded. */
export const countedKeys = (partition: number) => ({
  version: `{popularity}:counted:${partition}:version`,
  current: `{popularity}:counted:${partition}:current-ids`,
  previous: `{popularity}:counted:${partition}:previous-ids`,
});
