package history

import "time"

// Stats is what the history has done and where it stands.
type Stats struct {
	Rows        int64 // taken in, in this life of the process
	Late        int64 // too old to be let in
	Future      int64 // ahead of the clock: quarantined
	Released    int64 // let in from quarantine, since their time has come
	Overflow    int64 // dropped, since the quarantine or the file of their time was full
	Flushes     int64
	Octets      int64 // of blocks written
	Written     int64 // octets written to the disk, in all: the wear of it
	Removed     int64 // shards, by the retention
	Sealed      int64 // shards
	Summed      int64 // shards, into the tiers
	Unsummed    int64 // shards, since the file of a tier was full
	Damaged     int64 // blocks that queries had to leave out
	Quarantined int   // shards put aside
	Waiting     int   // values in memory
	Shards      int
	Bytes       int64 // of the files
	Tiers       []TierStats
}

// TierStats is where a tier stands.
type TierStats struct {
	Name   string
	Width  time.Duration // of a bucket
	Shards int
	Bytes  int64 // of the files
	Oldest int64 // time at which the oldest file begins; 0: there is none
}

// Stats returns a snapshot.
func (h *History) Stats() Stats {
	all := h.shards.list(minTime, maxTime)
	h.swap.RLock()
	waiting := h.waiting
	h.swap.RUnlock()
	c := &h.counters
	return Stats{
		Rows: c.rows.Load(), Late: c.late.Load(), Future: c.future.Load(), Released: c.released.Load(), Overflow: c.overflow.Load(),
		Flushes: c.flushes.Load(), Octets: c.octets.Load(), Written: c.written.Load(), Removed: c.removed.Load(), Sealed: c.sealed.Load(), Summed: c.summed.Load(), Unsummed: c.unsummed.Load(),
		Damaged: c.damaged.Load(), Quarantined: h.quarantined(),
		Waiting: waiting, Shards: len(all), Bytes: total(all),
		Tiers: h.tierStats(),
	}
}

// quarantined returns how many files were put aside in this life.
func (h *History) quarantined() int {
	n := h.shards.quarantined()
	for _, t := range h.tiers {
		n += t.shards.quarantined()
	}
	return n
}

func (h *History) tierStats() []TierStats {
	stats := make([]TierStats, len(h.tiers))
	for i, t := range h.tiers {
		all := t.shards.list(minTime, maxTime)
		stats[i] = TierStats{Name: t.name, Width: time.Duration(t.width), Shards: len(all), Bytes: total(all)}
		if len(all) > 0 {
			stats[i].Oldest = all[0].start
		}
	}
	return stats
}
