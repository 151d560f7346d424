// Which devices' tags are sent: a stream names so many at most.

export const most = 64; // as GET /api/v1/stream takes

// watched chooses among the open devices: those in sight first, then those that
// were watched, then the others in order. It changes nothing while all that is
// in sight is watched, so that scrolling to and fro asks for nothing anew.
export function watched(before, inSight, open) {
  const isOpen = new Set(open);
  const kept = before.filter((name) => isOpen.has(name));
  const has = new Set(kept);
  if (kept.length === Math.min(most, open.length) && inSight.every((name) => has.has(name))) return kept;
  return [...new Set([...inSight, ...kept, ...open])].slice(0, most);
}
