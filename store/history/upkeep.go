package history

import (
	"time"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// untilUpkeep returns how long it is to the next upkeep: after a flush, or by its
// own time, for the retention goes on where nothing comes in.
func (h *History) untilUpkeep(now time.Time) time.Duration {
	wait := h.options.UpkeepEvery - now.Sub(h.kept)
	if wait > h.options.UpkeepEvery { // the clock was set back
		return 0
	}
	return max(wait, 0)
}

// upkeep does what has to be done between flushes. What fails is logged and
// tried again.
func (h *History) upkeep(now time.Time) {
	h.kept = now
	if err := h.release(now); err != nil {
		h.options.Logger.Error("let rows in from quarantine", "error", err)
	}
	if err := h.expire(now); err != nil {
		h.options.Logger.Error("remove old history", "error", err)
	}
	for _, t := range h.tiers {
		if err := h.expireSums(t, now); err != nil {
			h.options.Logger.Error("remove old sums of history", "tier", t.name, "error", err)
		}
	}
	if err := h.sealNext(now); err != nil {
		h.options.Logger.Error("seal history", "error", err)
	}
}

// expire removes the shards beyond the retention. What they sum up to is in the
// tiers before they go, unless the disk has no room for it.
func (h *History) expire(now time.Time) error {
	for {
		old := h.shards.beyond(Retention{h.options.MaxAge, h.options.MaxBytes}, now)
		if old == nil {
			return nil
		}
		if err := h.conclude(old); bolt.IsNoSpace(err) {
			h.options.Logger.Error("history removed that was not summed up", "file", old.path, "error", err)
		} else if err != nil {
			return err
		}
		if err := h.shards.remove(old); err != nil {
			return err
		}
		h.counters.removed.Add(1)
	}
}

// expireSums removes the files of a tier beyond its retention.
func (h *History) expireSums(t *tier, now time.Time) error {
	for {
		old := t.shards.beyond(t.keep, now)
		if old == nil {
			return nil
		}
		if err := t.shards.remove(old); err != nil {
			return err
		}
	}
}

// beyond returns the oldest shard where it is beyond the retention. The last
// one there is stays.
func (s *shards) beyond(keep Retention, now time.Time) *shard {
	all := s.list(minTime, maxTime)
	if len(all) < 2 || all[0].end() > now.Add(-keep.MaxAge).UnixNano() && total(all) <= keep.MaxBytes {
		return nil
	}
	return all[0]
}

const (
	minTime = -1 << 63
	maxTime = 1<<63 - 1
)

func total(all []*shard) int64 {
	var bytes int64
	for _, d := range all {
		bytes += d.bytes()
	}
	return bytes
}
