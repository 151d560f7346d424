package history

import "time"

// upkeep does what has to be done between flushes. What fails is logged and
// tried again.
func (h *History) upkeep(now time.Time) {
	if err := h.release(now); err != nil {
		h.options.Logger.Error("let rows in from quarantine", "error", err)
	}
	if err := h.expire(now); err != nil {
		h.options.Logger.Error("remove old history", "error", err)
	}
	if err := h.sealNext(now); err != nil {
		h.options.Logger.Error("seal history", "error", err)
	}
}

// expire removes the shards beyond the retention.
func (h *History) expire(now time.Time) error {
	oldest := now.Add(-h.options.MaxAge).UnixNano()
	for {
		all := h.shards.list(minTime, maxTime)
		if len(all) < 2 || all[0].end() > oldest && total(all) <= h.options.MaxBytes {
			return nil
		}
		if err := h.shards.remove(all[0]); err != nil {
			return err
		}
		h.counters.removed.Add(1)
	}
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
